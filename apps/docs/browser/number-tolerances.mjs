/** How far two machines may be apart in one number. @typedef {{ readonly names: RegExp, readonly by: number, readonly of: 'value' | 'one' | 'factor', readonly why: string }} Tolerance */

/**
 * The first line whose pattern a number's name meets counts. `of` says what `by` is: a share of the value, a distance, or a factor.
 *
 * Browsers and Node round alike and add up in another order: a few steps of training make of that what they make of any last bit.
 *
 * @type {readonly Tolerance[]}
 */
export const tolerances = [
  { names: /bytes/i, by: 0.25, of: 'value', why: 'how many buffers wait to be read at once is a matter of time' },
  { names: /accuracy|known|membranes|dice|share/i, by: 0.06, of: 'one', why: 'a few hundred examples: one in fifty may tip over' },
  { names: /skipped/i, by: 2, of: 'one', why: 'an overflow at the edge of the range may come a step later' },
  { names: /scale/i, by: 4, of: 'factor', why: 'each skipped step is a factor of two' },
  { names: /./, by: 0.05, of: 'value', why: 'losses of a short training' },
];

/**
 * Compares the numbers of a browser with those of Node.
 *
 * Pure.
 *
 * @param {Readonly<Record<string, number | null>>} found - `null` stands for what is not finite
 * @param {Readonly<Record<string, number | null>>} wanted
 * @returns {string[]} one line for each number that is missing or too far off
 * @example
 * numberFaults({ loss: 1.01 }, { loss: 1 }); // []
 */
export function numberFaults(found, wanted) {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  return names.flatMap((name) => {
    const [actual, expected] = [found[name], wanted[name]];
    if (actual === expected) return [];
    const { by, of } = /** @type {Tolerance} */ (tolerances.find(({ names }) => names.test(name)));
    const isNear = typeof actual === 'number' && typeof expected === 'number' && isWithin(actual, expected, { by, of });
    return isNear ? [] : [`${name} is ${actual}, in Node ${expected} (${of === 'value' ? `${100 * by} %` : by} of ${of} is allowed)`];
  });
}

/**
 * @param {number} actual
 * @param {number} expected
 * @param {Pick<Tolerance, 'by' | 'of'>} tolerance
 */
function isWithin(actual, expected, { by, of }) {
  if (of === 'one') return Math.abs(actual - expected) <= by;
  if (of === 'factor') return actual <= by * expected && expected <= by * actual;
  return Math.abs(actual - expected) <= by * Math.abs(expected);
}
