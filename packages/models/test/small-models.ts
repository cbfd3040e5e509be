import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { currentPolicy } from '@halftone/autocast';

const glorot = (seed: number): { kernelInitializer: ReturnType<typeof tfl.initializers.glorotUniform> } => ({
  kernelInitializer: tfl.initializers.glorotUniform({ seed }),
});

/** A layer that notes which policy is in force when it is called. */
export class Watch extends tfl.layers.Layer {
  static readonly className = 'Watch';
  readonly seen: (string | null)[] = [];

  override call(inputs: Tensor | Tensor[]): Tensor {
    this.seen.push(currentPolicy()?.name ?? null);
    return tf.tidy(() => tf.mul(Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs, 1));
  }
}
tf.serialization.registerClass(Watch as never);

/** Two hidden layers with a watch between them and a softmax head; large enough for half with 16 samples. */
export function watchedModel(watch: Watch = new Watch({}), seed = 1): tfl.Sequential {
  const { dense } = tfl.layers;
  return tfl.sequential({
    layers: [
      dense({ name: `first${seed}`, inputShape: [16], units: 32, activation: 'relu', ...glorot(seed) }),
      watch,
      dense({ name: `second${seed}`, units: 24, activation: 'tanh', ...glorot(seed + 1) }),
      dense({ name: `head${seed}`, units: 4, activation: 'softmax', ...glorot(seed + 2) }),
    ] as never,
  });
}

/** Sixteen samples of four noisy patterns, and their classes. The caller owns both. */
export function batch(seed = 3): { readonly x: Tensor; readonly y: Tensor } {
  return tf.tidy(() => {
    const ids = tf.tensor1d(
      Array.from({ length: 16 }, (_, i) => (i * 7) % 4),
      'int32',
    );
    const clean = tf.gather(tf.randomNormal([4, 16], 0, 1, 'float32', seed), ids);
    return {
      x: tf.add(clean, tf.mul(tf.randomNormal([16, 16], 0, 1, 'float32', seed + 1), 0.2)),
      y: tf.cast(tf.oneHot(ids, 4), 'float32'),
    };
  });
}

/** What `fitDataset` and `evaluateDataset` need of tf.data: the same batch so many times. */
export function dataset(count: number, seed = 3): never {
  const iterator = async (): Promise<{ next(): Promise<{ value: { xs: Tensor; ys: Tensor } | null; done: boolean }> }> => {
    let left = count;
    return {
      next: async () => {
        if (left === 0) return { value: null, done: true };
        left -= 1;
        const { x, y } = batch(seed);
        return { value: { xs: x, ys: y }, done: left === 0 };
      },
    };
  };
  return { iterator, size: count } as never;
}

/** The weights of a model, number for number. */
export function weightValues(model: tfl.LayersModel): readonly (readonly number[])[] {
  return model.getWeights().map((weight) => [...weight.dataSync()]);
}
