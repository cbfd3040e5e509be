import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

/** The network of the budgets: conv 3x3x16, batch norm, relu, max-pool 2, dense 10 softmax. Same weights on every backend. */
export function cnn(size = 28): layers.LayersModel {
  const { layers: L } = layers;
  const seed = (s: number): ReturnType<typeof layers.initializers.glorotUniform> => layers.initializers.glorotUniform({ seed: s });
  return layers.sequential({
    layers: [
      L.conv2d({ inputShape: [size, size, 1], filters: 16, kernelSize: 3, kernelInitializer: seed(1) }),
      L.batchNormalization(),
      L.reLU(),
      L.maxPooling2d({ poolSize: 2 }),
      L.flatten(),
      L.dense({ units: 10, activation: 'softmax', kernelInitializer: seed(2) }),
    ] as never,
  });
}

export function batch(n: number, size = 28): { x: tf.Tensor; y: tf.Tensor } {
  const x = tf.randomNormal([n, size, size, 1], 0, 1, 'float32', 7);
  const y = tf.tidy(() =>
    tf.cast(
      tf.oneHot(
        tf.tensor1d(
          Array.from({ length: n }, (_, i) => (i * 7) % 10),
          'int32',
        ),
        10,
      ),
      'float32',
    ),
  );
  return { x, y };
}

/**
 * Trains on one batch and returns the losses, as `fit` would log them. 20 x 20 pixels keep the dense layer below the
 * length at which stock splits K and adds with atomics, which is not equal to itself from run to run.
 */
export async function train(steps: number, optimizer: () => tf.Optimizer, n = 8, size = 20): Promise<number[]> {
  const model = cnn(size);
  model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy' });
  const { x, y } = batch(n, size);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push((await model.trainOnBatch(x, y)) as number);
  tf.dispose([x, y]);
  model.dispose();
  return losses;
}
