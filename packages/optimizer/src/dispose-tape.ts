import { engine } from '@tensorflow/tfjs-core';

/**
 * Runs work that computes gradients, and lets go of what its forward pass kept if it breaks off.
 *
 * tfjs keeps activations for the backward pass and disposes them at its end. A forward pass that throws, for example because there
 * is no room on the device, never gets there, and all that it kept stays for good. Wrapped optimizers do this by themselves.
 *
 * Costs nothing when all goes well.
 *
 * @param work - synchronous: `optimizer.minimize(…)`, `tf.variableGrads(…)`
 * @returns what `work` returns
 * @throws what `work` throws
 *
 * @example
 * const weight = tf.variable(tf.ones([3]));
 * const sgd = tf.train.sgd(0.5);
 * disposeTapeOnError(() => sgd.minimize(() => tf.sum(tf.square(weight))));
 * weight.dataSync(); // Float32Array [0, 0, 0]
 */
export function disposeTapeOnError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { state } = engine();
    if (state.gradientDepth === 0) {
      for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
      state.activeTape = [];
    }
    throw error;
  }
}
