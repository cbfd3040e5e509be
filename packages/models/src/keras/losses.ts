import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Refusals } from './cannot-cross.ts';

/** Losses: name in tfjs to name in Keras 3. */
const LOSSES: Readonly<Record<string, string>> = {
  binaryCrossentropy: 'binary_crossentropy',
  categoricalCrossentropy: 'categorical_crossentropy',
  categoricalHinge: 'categorical_hinge',
  cosineProximity: 'cosine_similarity',
  hinge: 'hinge',
  kullbackLeiblerDivergence: 'kl_divergence',
  logcosh: 'log_cosh',
  meanAbsoluteError: 'mean_absolute_error',
  meanAbsolutePercentageError: 'mean_absolute_percentage_error',
  meanSquaredError: 'mean_squared_error',
  meanSquaredLogarithmicError: 'mean_squared_logarithmic_error',
  poisson: 'poisson',
  sparseCategoricalCrossentropy: 'sparse_categorical_crossentropy',
  squaredHinge: 'squared_hinge',
};

/** Metrics beside the losses, with tfjs's short names. */
const METRICS: Readonly<Record<string, string>> = {
  acc: 'accuracy',
  accuracy: 'accuracy',
  binaryAccuracy: 'binary_accuracy',
  categoricalAccuracy: 'categorical_accuracy',
  sparseCategoricalAccuracy: 'sparse_categorical_accuracy',
  ce: 'crossentropy',
  crossentropy: 'crossentropy',
  mse: 'mean_squared_error',
  MSE: 'mean_squared_error',
  mae: 'mean_absolute_error',
  MAE: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
  MAPE: 'mean_absolute_percentage_error',
};

/** What a model was compiled with, in Keras's words: a loss for each output, metrics for all. */
export function compiledWith(
  model: LayersModel,
  refused: Refusals,
): { readonly loss: readonly string[]; readonly metrics: readonly string[] } {
  const { loss, metrics, outputNames } = model as unknown as {
    readonly loss?: unknown;
    readonly metrics?: unknown;
    readonly outputNames: readonly string[];
  };
  const losses = outputNames.map((name, index) => {
    const given: unknown = Array.isArray(loss) ? loss[index] : typeof loss === 'object' && loss !== null ? Reflect.get(loss, name) : loss;
    return cross(given, LOSSES, `the loss of output '${name}'`, refused);
  });
  const list: readonly unknown[] = typeof metrics === 'object' ? (Array.isArray(metrics) ? metrics : []) : [metrics ?? []].flat();
  if (list.some(Array.isArray) || (typeof metrics === 'object' && metrics !== null && !Array.isArray(metrics))) {
    refused.add('metrics given for single outputs');
  }
  return { loss: losses, metrics: list.map((metric) => cross(metric, { ...LOSSES, ...METRICS }, 'the metric', refused)) };
}

/** tfjs takes names in either spelling. */
function cross(given: unknown, table: Readonly<Record<string, string>>, what: string, refused: Refusals): string {
  if (typeof given === 'string') {
    if (Object.hasOwn(table, given)) return table[given] as string;
    const camel = given.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (Object.hasOwn(table, camel)) return table[camel] as string;
  }
  const got = typeof given === 'function' ? `the function ${given.name || 'without a name'}` : String(given);
  refused.add(`${what}, ${got}: compile with its name`);
  return '';
}
