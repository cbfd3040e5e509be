import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HalfPrecision } from '@halftone/policy';
import { graphRecord } from '../graph/record.ts';
import { storeConstants } from '../graph/store-constants.ts';
import { narrowFrozen, widenWhatIsDue } from './frozen-weights.ts';
import { halfFormatOf } from './half-weight.ts';
import { planOf } from './model-plan.ts';
import { recordOf } from './state.ts';

/** What became of the frozen weights of a model. */
export interface FrozenReport {
  /** Weights that lie in half now: path of the layer and name of the weight. */
  readonly half: readonly { readonly weight: string; readonly format: HalfPrecision }[];
  /** Large weights of layers in half, and constants of a graph, that stay float32, and why. */
  readonly kept: readonly { readonly weight: string; readonly why: string }[];
}

/**
 * Stores the large weights of frozen layers in half now, as `fit` does by itself before it begins.
 *
 * For a model that only predicts: set `model.trainable = false` and call this once. Half the bytes of those weights stay on
 * the device; their float32 variables are gone. Numbers that do not fit the format keep a weight float32, with a warning.
 *
 * A Graph model does it by itself; called on one, this waits until it is done, and tells by name which constants do not fit.
 *
 * Waits for the GPU once, for the largest magnitude of each weight; for a Graph model only if it had run before it was wrapped.
 *
 * @param model - a Layers or Graph model in mixed precision
 * @returns what is in half and what is not
 * @throws Error if the model is not in mixed precision
 *
 * @example
 * const model = mixedPrecision(tf.sequential({ layers: [tf.layers.dense({ units: 32, inputShape: [32], name: 'base' })] }));
 * model.trainable = false;
 * (await storeFrozenInHalf(model)).half[0].weight; // 'base/kernel'
 */
export async function storeFrozenInHalf(model: LayersModel | GraphModel): Promise<FrozenReport> {
  const graph = graphRecord(model);
  if (graph !== undefined) return storeConstants(graph);
  const record = recordOf(model, 'storeFrozenInHalf()');
  widenWhatIsDue(record);
  await narrowFrozen(record);
  const wanted = planOf(record).frozen.filter(({ format }) => format !== null);
  return {
    half: wanted.flatMap(({ path, weight }) => {
      const format = halfFormatOf(weight);
      return format === null ? [] : [{ weight: path, format }];
    }),
    kept: wanted
      .filter(({ weight }) => halfFormatOf(weight) === null)
      .map(({ path, weight }) => ({ weight: path, why: record.kept.get(weight)?.why ?? 'the current backend has no such storage' })),
  };
}
