import type * as TensorFlow from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { compareBits, compareClose } from '../compare.ts';
import type { AutocastModule } from './options.ts';

/** Elements of a test tensor: above what stays float32 because it is tiny. */
export const SIZE = 512;

/** A fixed, uneven sequence in [-1, 1). */
export function wave(length: number, step: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * step) % 197) / 98.5 - 1);
}

/** Such a sequence whose numbers every format has exactly, so that rounding the inputs of an op changes nothing. */
export function exactWave(length: number, step: number): Float32Array {
  return wave(length, step).map((value) => Math.round(value * 64) / 64);
}

/** Makes the function that rounds a tensor into the format under test. */
export function roundedWith(autocast: AutocastModule, format: 'float16' | 'bfloat16'): (tensor: TensorFlow.Tensor) => TensorFlow.Tensor {
  return (tensor) => autocast.toStorage(tensor, format);
}

/** Expects the same bits, any NaN for a NaN. */
export function expectBits(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const { pass, message } = compareBits(actual, expected);
  expect(pass, message()).toBe(true);
}

/** Expects values as close as sums of `terms` products are in the format. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, format: 'float16' | 'bfloat16', terms: number): void {
  const { pass, message } = compareClose(actual, expected, format, { terms });
  expect(pass, message()).toBe(true);
}
