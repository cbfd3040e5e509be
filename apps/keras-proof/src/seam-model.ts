import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { dynamicLossScale } from '@halftone/loss-scale';
import { mixedPrecision } from '@halftone/models';

/** Examples of one step. */
export const BATCH = 16;
/** Finite steps until the loss scale grows: few, so that it grows on both sides of the seam. */
export const GROWTH_INTERVAL = 8;

const COUNT = 256;
const CLASSES = 4;
const SHAPE = [8, 8, 2] as const;
const L = tfl.layers;
const glorot = (seed: number): object => ({ kernelInitializer: tfl.initializers.glorotUniform({ seed }) });

/** Inputs and one-hot targets. */
export interface Examples {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Noisy patterns, one a class; drawn here, from a seed. */
export function drawExamples(): Examples {
  return tf.tidy(() => {
    const ids = tf.tensor1d(
      Array.from({ length: COUNT }, (_, i) => (i * 7 + Math.floor(i / 5)) % CLASSES),
      'int32',
    );
    const clean = tf.gather(tf.randomNormal([CLASSES, ...SHAPE], 0, 1, 'float32', 3), ids);
    const x = tf.add(clean, tf.mul(tf.randomNormal([COUNT, ...SHAPE], 0, 1, 'float32', 4), 1.5));
    return { x, y: tf.cast(tf.oneHot(ids, CLASSES), 'float32') };
  });
}

/** The same examples, of which one is far beyond float16. The caller disposes the copy. */
export function poisoned({ x, y }: Examples, index: number): Examples {
  const values = x.dataSync().slice();
  values[index * (x.size / COUNT)] = 1e30;
  return { x: tf.tensor(values, x.shape), y: tf.clone(y) };
}

/** A small network with everything that crosses: a convolution, batch norm and its statistics, dense layers, a softmax. */
export function buildPlain({ dropout = 0 }: { readonly dropout?: number } = {}): LayersModel {
  return tfl.sequential({
    layers: [
      L.conv2d({ inputShape: [...SHAPE], filters: 8, kernelSize: 3, name: 'conv', ...glorot(1) }),
      L.batchNormalization({ momentum: 0.9, name: 'norm' }),
      L.reLU({ name: 'relu' }),
      L.maxPooling2d({ poolSize: 2, name: 'pool' }),
      L.flatten({ name: 'flat' }),
      ...(dropout > 0 ? [L.dropout({ rate: dropout, seed: 11, name: 'drop' })] : []),
      L.dense({ units: 16, activation: 'relu', name: 'hidden', ...glorot(2) }),
      L.dense({ units: CLASSES, activation: 'softmax', name: 'classes', ...glorot(3) }),
    ] as never,
  });
}

/** The network under a policy, with Adam and a dynamic loss scale. */
export function buildMixed(policy: string, options: { readonly dropout?: number } = {}): LayersModel {
  const lossScale = dynamicLossScale({ initialScale: 2 ** 13, growthInterval: GROWTH_INTERVAL });
  const model = mixedPrecision(buildPlain(options), policy, policy === 'mixed_float16' ? { lossScale } : {});
  model.compile({ optimizer: tf.train.adam(0.004), loss: 'categoricalCrossentropy' });
  return model;
}

/** Trains on the batches `from` to `to`, in their order, and gives the loss of each step. */
export async function trainOn(
  model: LayersModel,
  { x, y }: Examples,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    const at = (step * BATCH) % COUNT;
    const [inputs, targets] = [tf.slice(x, at, BATCH), tf.slice(y, at, BATCH)];
    losses.push(([await model.trainOnBatch(inputs, targets)].flat() as number[])[0] ?? Number.NaN);
    tf.dispose([inputs, targets]);
  }
  return losses;
}

/** The loss of the first batch in float32, as inference, with the weights of a mixed model. */
export function lossInFloat32(model: LayersModel, { x, y }: Examples): number {
  const plain = buildPlain();
  plain.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const weights = tf.tidy(() => model.getWeights().map((weight) => tf.tensor(weight.dataSync(), weight.shape)));
  plain.setWeights(weights);
  const loss = tf.tidy(() => {
    const result = plain.evaluate(tf.slice(x, 0, BATCH), tf.slice(y, 0, BATCH), { batchSize: BATCH });
    return ([result].flat()[0] as Tensor).dataSync()[0] ?? Number.NaN;
  });
  tf.dispose(weights);
  plain.dispose();
  return loss;
}
