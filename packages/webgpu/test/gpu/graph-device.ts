import * as tf from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../../src/backend.ts';
import type { LazyRecorder } from '../../src/graph/lazy-recorder.ts';
import { internalsOf } from '../../src/internals.ts';

/** The current backend, which fuses. */
export function currentBackend(): HalfBackend & { readonly lazy: LazyRecorder } {
  return tf.backend() as HalfBackend & { readonly lazy: LazyRecorder };
}

/** Numbers that are on the device, so that no kernel is computed on the host. */
export function onDevice(values: readonly number[], shape: number[] = [values.length]): tf.Tensor {
  return tf.tidy(() => tf.add(tf.tensor(Float32Array.from(values), shape), tf.zeros([1])));
}

/** A tensor of some bytes whose numbers all are `value`. */
export function filled(bytes: number, value: number): tf.Tensor {
  return tf.fill([bytes / 4], value);
}

export async function numbers(tensor: tf.Tensor): Promise<number[]> {
  return [...(await tensor.data())];
}

/** Reads and disposes. */
export async function take(tensor: tf.Tensor): Promise<number[]> {
  const values = await numbers(tensor);
  tensor.dispose();
  return values;
}

export const turn = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether a tensor's numbers are still to be computed. */
export function isPending({ dataId }: tf.Tensor): boolean {
  const backend = currentBackend();
  return backend.lazy.isPending(internalsOf(backend).tensorMap.get(dataId));
}
