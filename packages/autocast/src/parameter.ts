import type { Tensor } from '@tensorflow/tfjs-core';
import { state } from './state.ts';

/**
 * Makes a tensor weak as a `tf.Variable` is: where it is broadcast against an activation, the result is stored as the activation.
 *
 * For the constants of a frozen graph, which are plain tensors: without it every float32 bias would widen what it is added to.
 * Holds for the tensor's data, so for its clones and reshapes too, as long as they live. Nothing is copied; never waits for the GPU.
 *
 * @param tensor - a tensor whose values change no more
 * @returns a function that takes it back
 * @throws TypeError for anything but a tensor
 *
 * @example
 * const bias = tf.ones([64]);
 * const undo = treatAsParameter(bias); // autocast('mixed_float16', () => tf.add(activation, bias)) follows the activation now
 * undo();
 */
export function treatAsParameter(tensor: Tensor): () => void {
  const dataId: unknown = Object(tensor).dataId;
  if (typeof dataId !== 'object' || dataId === null) {
    throw new TypeError(
      `[autocast] treatAsParameter takes a tensor, got ${tensor === null ? 'null' : typeof tensor}. Pass one of model.weights, one by one.`,
    );
  }
  const { parameters } = state();
  if (parameters.has(dataId)) return () => undefined;
  parameters.add(dataId);
  return () => void parameters.delete(dataId);
}
