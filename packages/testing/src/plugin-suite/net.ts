import type * as TensorFlow from '@tensorflow/tfjs-core';
import { exactWave, SIZE } from './checks.ts';

/** Two dense layers and a mean squared error, 32 examples of 16 values. */
export function createNet(tf: typeof TensorFlow): {
  readonly variables: readonly TensorFlow.Variable[];
  readonly loss: () => TensorFlow.Scalar;
  dispose(): void;
} {
  const x = tf.tensor2d(exactWave(SIZE, 43), [32, 16]);
  const y = tf.tensor2d(exactWave(SIZE, 47), [32, 16]);
  const w1 = tf.tidy(() => tf.variable(tf.tensor2d(exactWave(SIZE, 53), [16, 32])));
  const w2 = tf.tidy(() => tf.variable(tf.tensor2d(exactWave(SIZE, 59), [32, 16])));
  return {
    variables: [w1, w2],
    loss: () => tf.tidy(() => tf.mean(tf.square(tf.sub(tf.matMul(tf.relu(tf.matMul(x, w1)), w2), y))) as TensorFlow.Scalar),
    dispose: () => tf.dispose([x, y, w1, w2]),
  };
}
