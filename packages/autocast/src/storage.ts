import type { Tensor } from '@tensorflow/tfjs-core';
import { customGrad, engine } from '@tensorflow/tfjs-core';
import type { Storage } from './plugin.ts';
import { requirePlugin } from './require-plugin.ts';
import { state } from './state.ts';

const STORAGES: readonly Storage[] = ['float32', 'float16', 'bfloat16'];

/**
 * Tells how a tensor's numbers lie in memory.
 *
 * Synchronous, never waits for the GPU. Integers, booleans and tensors on stock backends are `float32` here: not narrowed.
 *
 * @param tensor - any tensor that is not disposed
 * @throws Error if the tensor is disposed
 *
 * @example
 * // storageOf(autocast('mixed_float16', () => tf.matMul(a, b))); // 'float16' inside the scope
 */
export function storageOf(tensor: Tensor): Storage {
  if (tensor.isDisposed) {
    throw new Error(
      `[autocast] storageOf needs a live tensor, got one that is disposed (id ${tensor.id}). Keep it with tf.keep() or ask earlier.`,
    );
  }
  for (const plugin of state().plugins.values()) {
    const storage = plugin.storageOf(tensor.dataId);
    if (storage !== 'float32') return storage;
  }
  return 'float32';
}

/**
 * Copies a tensor into another storage; values are rounded to nearest even where it is narrower.
 *
 * Differentiable: its gradient is the identity. Synchronous, never waits for the GPU.
 *
 * @param tensor - float32 tensor (of any storage)
 * @param storage - `float32`, `float16` or `bfloat16`
 * @returns a new tensor that the caller owns; it shares its data with `tensor` when nothing has to change
 * @throws RangeError for an unknown storage, TypeError for a tensor that is not float32
 * @throws Error if the current backend has no precision plug-in
 *
 * @example
 * // storageOf(toStorage(tf.ones([1024]), 'float16')); // 'float16'
 */
export function toStorage<T extends Tensor>(tensor: T, storage: Storage): T {
  if (!STORAGES.includes(storage)) {
    throw new RangeError(
      `[autocast] storage must be one of ${STORAGES.join(', ')}, got '${String(storage)}'. float8 is a file format: see @halftone/float16.`,
    );
  }
  if (tensor.dtype !== 'float32') {
    throw new TypeError(`[autocast] toStorage needs a float32 tensor, got ${tensor.dtype}. Integers and booleans are never narrowed.`);
  }
  if (storageOf(tensor) === storage) return tensor.clone();
  const plugin = requirePlugin(`toStorage(…, '${storage}')`, storage);
  const convert = customGrad((x) => ({
    value: engine().makeTensorFromTensorInfo(plugin.toStorage(x as Tensor, storage)),
    gradFunc: (dy: Tensor) => dy.clone(),
  }));
  return convert(tensor) as T;
}
