import * as tf from '@tensorflow/tfjs-core';
import { mixedPrecision } from '../src/index.ts';
import { batch, Watch, watchedModel, weightValues } from './small-models.ts';

/** What a short training leaves: the weights, and the policies under which the layer in the middle ran. */
export interface Trained {
  readonly weights: readonly (readonly number[])[];
  readonly seen: readonly (string | null)[];
}

/** Trains the small model under a policy, on whatever backend is current; the same numbers every time. */
export async function fitSmallModel(policy: string): Promise<Trained> {
  const watch = new Watch({});
  const model = mixedPrecision(watchedModel(watch, 10), policy);
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' });
  const { x, y } = batch();
  watch.seen.length = 0;
  await model.fit(x, y, { epochs: 3, batchSize: 8, shuffle: false, verbose: 0 });
  tf.dispose([x, y]);
  const result = { weights: weightValues(model), seen: [...new Set(watch.seen)] };
  model.dispose();
  return result;
}
