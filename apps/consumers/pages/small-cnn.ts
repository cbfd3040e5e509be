import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as layers from '@tensorflow/tfjs-layers';
import { setDefaultPolicy } from '@halftone/autocast';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';

export type PolicyName = 'float32' | 'mixed_float16';

/** Conv 3x3x8, batch norm, relu, max-pool 2, dense 10 softmax, on 16 x 16 pixels; the same weights everywhere. */
function smallCnn(): LayersModel {
  const seed = (s: number): ReturnType<typeof layers.initializers.glorotUniform> => layers.initializers.glorotUniform({ seed: s });
  const { conv2d, batchNormalization, reLU, maxPooling2d, flatten, dense } = layers.layers;
  const input = layers.input({ shape: [16, 16, 1] });
  const steps = [
    conv2d({ filters: 8, kernelSize: 3, kernelInitializer: seed(1) }),
    batchNormalization(),
    reLU(),
    maxPooling2d({ poolSize: 2 }),
    flatten(),
    dense({ units: 10, activation: 'softmax', kernelInitializer: seed(2) }),
  ];
  const output = steps.reduce((x, layer) => layer.apply(x) as layers.SymbolicTensor, input);
  return layers.model({ inputs: input, outputs: output });
}

/** Trains a small network on the current backend as `model.fit` would, and returns the losses. Leaves no tensor behind. */
export async function trainSmallCnn(policy: PolicyName, steps: number): Promise<number[]> {
  const undo = setDefaultPolicy(policy);
  try {
    const model = smallCnn();
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.005));
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const x = tf.tensor4d(
      Float32Array.from({ length: 16 * 256 }, (_, i) => Math.sin(i * i)),
      [16, 16, 16, 1],
    );
    const y = tf.tidy(() =>
      tf.cast(
        tf.oneHot(
          tf.tensor1d(
            Array.from({ length: 16 }, (_, i) => (i * 7) % 10),
            'int32',
          ),
          10,
        ),
        'float32',
      ),
    );
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) losses.push((await model.trainOnBatch(x, y)) as number);
    tf.dispose([x, y]);
    model.dispose();
    optimizer.dispose(); // a model owns only the optimizers that it made itself
    return losses;
  } finally {
    undo();
  }
}
