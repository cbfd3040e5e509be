import type { KernelRecord } from './kernel.ts';
import { requirePlugin } from './require-plugin.ts';
import { state } from './state.ts';

/** What `explain` returns. */
export interface Explanation<T> {
  readonly result: T;
  /** Every kernel in the order it ran, with its class, the storage of its float inputs and outputs, and the reason. */
  readonly kernels: readonly KernelRecord[];
}

/**
 * Runs a function and tells what was decided for each kernel inside it.
 *
 * The way to answer "why is this tensor still float32?". Runs the function for real; costs a few microseconds a kernel.
 * Synchronous, never waits for the GPU. The result is the caller's, as if `fn` had been called directly.
 *
 * @param fn - synchronous function, usually with an `autocast` scope inside
 * @returns the function's result and one record a kernel
 * @throws Error if the current backend has no precision plug-in, because then nothing is decided
 *
 * @example
 * // const { kernels } = explain(() => autocast('mixed_float16', () => tf.matMul(a, b)));
 * // kernels[0]; // { kernelName: 'BatchMatMul', opClass: 'allow', storageIn: ['float32', 'float32'], storageOut: ['float16'], why: … }
 */
export function explain<T>(fn: () => T): Explanation<T> {
  requirePlugin('explain()', 'float32');
  const { recordings } = state();
  const kernels: KernelRecord[] = [];
  const depth = recordings.push(kernels);
  try {
    return { result: fn(), kernels };
  } finally {
    recordings.length = depth - 1;
    recordings[depth - 2]?.push(...kernels);
  }
}
