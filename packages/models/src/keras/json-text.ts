/** Settings that Keras wants as a float and takes no whole number for. */
const FLOATS =
  'learning_rate|momentum|rho|beta_1|beta_2|epsilon|weight_decay|clipnorm|clipvalue|global_clipnorm|initial_accumulator_value|loss_scale_factor|initial_scale';
const WHOLE = new RegExp(`("(?:${FLOATS})": -?\\d+)(?=[,\\n])`, 'g');

/** JSON in which such settings are floats for Python, which tells 1 from 1.0. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2).replace(WHOLE, '$1.0')}\n`;
}
