import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import { gradScaler, mixedPrecisionOptimizer } from '../../src/index.ts';
import { clip } from '../../src/clip.ts';

let tensors = 0;

/** Clips numbers, one tensor each list. */
function clipped(lists: readonly (readonly number[])[], options: Parameters<typeof clip>[1]): number[][] {
  return tf.tidy(() =>
    clip(
      lists.map((list) => tf.tensor1d([...list])),
      options,
    ).map((tensor) => [...tensor.dataSync()]),
  );
}

const norm = (lists: readonly (readonly number[])[]): number => Math.hypot(...lists.flat());

describe('clipping', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('shortens all gradients together to the norm', () => {
    expect(clipped([[3], [0, 4]], { clipNorm: 2.5 })).toStrictEqual([[1.5], [0, 2]]);
  });

  it('returns gradients within the norm bit for bit, for any numbers', () => {
    const lists = fc.array(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e18), max: Math.fround(1e18) }), {
        minLength: 1,
        maxLength: 5,
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(lists, (gradients) => {
        const limit = Math.max(norm(gradients) * 1.001, 1e-30);
        for (const [index, list] of clipped(gradients, { clipNorm: limit }).entries()) expect(list).toBeBitEqual(gradients[index]!);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it('brings any finite gradient down to the norm, also one whose squares leave float32', () => {
    for (const size of [1e-30, 1, 1e25, 3e38]) {
      const result = clipped([[size, -size], [size]], { clipNorm: size / 16 });
      expect(result.flat()).toBeWithinUlps(
        [1, -1, 1].map((sign) => Math.fround((sign * size) / 16 / Math.sqrt(3))),
        6,
        'float32',
      );
    }
  });

  it('clips each element by value', () => {
    expect(clipped([[-3, 0.5], [7]], { clipValue: 2 })).toStrictEqual([[-2, 0.5], [2]]);
  });

  it('leaves zero gradients zero', () => {
    expect(clipped([[0, 0]], { clipNorm: 1 })).toStrictEqual([[0, 0]]);
  });

  it.each([
    [{ clipNorm: 0 }, /clipNorm must be a finite number above 0/],
    [{ clipValue: NaN }, /clipValue must be a finite number above 0/],
    [{ clipVariableNorm: -1 }, /clipVariableNorm must be a finite number above 0/],
    [{ clipNorm: 1, clipValue: 1 }, /only one of .* got clipNorm 1 and clipValue 1/],
    [{ clipNorm: 1, clipVariableNorm: 2 }, /only one of .* got clipNorm 1 and clipVariableNorm 2/],
  ] as const)('refuses %o', (options, message) => {
    const inner = tf.train.sgd(1);
    expect(() => mixedPrecisionOptimizer(inner, options)).toThrow(message);
    const scaler = gradScaler();
    expect(() => scaler.step(inner, {}, options)).toThrow(message);
    scaler.dispose();
    inner.dispose();
  });
});
