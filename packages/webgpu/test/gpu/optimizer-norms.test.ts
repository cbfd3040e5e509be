import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toStorage } from '@halftone/autocast';
import type { DeviceNumerics } from '@halftone/testing';
import { deviceNumerics } from '@halftone/testing';
import '@halftone/testing/matchers';
import type { HalfBackend } from '../../src/backend.ts';
import type { OptimizerDevice } from './optimizer-device.ts';
import { optimizerDevice, tensorOf } from './optimizer-device.ts';

let device: OptimizerDevice;
let numerics: DeviceNumerics;
beforeAll(async () => {
  device = await optimizerDevice();
  numerics = await deviceNumerics((tf.backend() as HalfBackend).device);
});
afterAll(() => device?.handle.dispose());

const spread = (size: number, largest: number): Float32Array => Float32Array.from({ length: size }, (_, i) => largest * Math.cos(i * 1.7));

/** What SGD with a rate of -1 makes of zeros: the gradients after clipping. */
async function clipped(gradients: readonly tf.Tensor[], clip: object, maxStorageBuffers = 8): Promise<Float32Array[]> {
  const values = gradients.map((gradient) => tf.zeros(gradient.shape));
  const { variables } = device.fused({ maxStorageBuffers }).step({
    kind: 'sgd',
    rates: { learningRate: -1 },
    variables: gradients.map((gradient, index) => ({ gradient, value: values[index]!, slots: [] })),
    powers: [],
    clip,
    state: null,
    unscale: false,
    verdict: { by: 'none' },
  });
  const results = variables.map(({ value }) => tensorOf(value));
  const numbers = await Promise.all(results.map(async (tensor) => Float32Array.from(await tensor.data())));
  tf.dispose([values, results]);
  return numbers;
}

const norm = (values: Iterable<number>): number => Math.hypot(...values);

describe('clipping by norm in the step', () => {
  it.for<readonly [string, readonly Float32Array[], number]>([
    ['near the largest float32', [spread(5, 3e38), spread(8, 1)], 1],
    ['far below the smallest square', [spread(7, 1e-30), spread(4, 1e-34)], 1e-33],
    ['of every size at once', [spread(64, 1e30), spread(9, 1e-20), spread(33, 5)], 100],
    ['ordinary', [spread(1001, 3), spread(4096, 0.1), spread(1, 2)], 0.5],
    ['of one number', [spread(1, 2)], 0.25],
    ['with a limit near the largest float32', [spread(12, 3.4e38)], 3e38],
  ])('shortens gradients %s', async ([_name, values, limit], { skip }) => {
    const gradients = values.map((each) => tf.tensor1d(each));
    const factor = Math.min(1, limit / norm(values.flatMap((each) => [...each])));
    skip(numerics.subnormals === 'flushed' && factor < 2 ** -126, 'this device flushes subnormals, of which this factor is one');
    const results = await clipped(gradients, { norm: limit });
    for (const [index, result] of results.entries()) {
      const least = 2 ** -126; // smaller ones may be flushed to zero
      for (const [at, value] of result.entries()) {
        const wanted = values[index]![at]! * factor;
        if (Math.abs(wanted) > least) expect(Math.abs(value / wanted - 1), `${value} for ${wanted}`).toBeLessThan(2e-6);
        else expect(Math.abs(value)).toBeLessThanOrEqual(least);
      }
    }
    tf.dispose(gradients);
  });

  it('shortens each variable by its own norm', async () => {
    const values = [spread(1001, 3), spread(4096, 1e-4), spread(3, 1e20)];
    const gradients = values.map((each) => tf.tensor1d(each));
    for (const limit of [8, 16]) {
      const results = await clipped(gradients, { variableNorm: 0.5 }, limit);
      for (const [index, result] of results.entries()) {
        const factor = Math.min(1, 0.5 / norm(values[index]!));
        for (const [at, value] of result.entries()) expect(Math.abs(value - values[index]![at]! * factor)).toBeLessThan(1e-6);
      }
    }
    tf.dispose(gradients);
  });

  it('leaves what is short enough bit for bit, zeros too', async () => {
    const gradients = [spread(100, 1e-3), spread(6, 1e-30), new Float32Array(8)].map((each) => tf.tensor1d(each));
    for (const clip of [{ norm: 1 }, { variableNorm: 1 }, { norm: 3e38 }]) {
      for (const [index, result] of (await clipped(gradients, clip)).entries()) {
        expect(result).toBeBitEqual(Float32Array.from(await gradients[index]!.data()).map((value) => value + 0));
      }
    }
    tf.dispose(gradients);
  });

  it.each([Infinity, NaN])('an unchecked %d makes NaN of all that share the norm, never a small honest number', async (bad) => {
    const gradients = [tf.tensor1d([1, bad, 3]), tf.tensor1d([1, 2, 3, 4])];
    const all = await clipped(gradients, { norm: 1 });
    expect(all.every((result) => result.every(Number.isNaN))).toBe(true);
    const [first, second] = await clipped(gradients, { variableNorm: 1 });
    expect(first!.every(Number.isNaN)).toBe(true);
    expect(second!.every(Number.isFinite)).toBe(true);
    const [byValue] = await clipped([tf.tensor1d([1, NaN, -3])], { value: 2 });
    expect([...byValue!]).toEqual([1, NaN, -2]);
    tf.dispose(gradients);
  });
});

describe('the look at the gradients', () => {
  const first = async (tensors: readonly tf.Tensor[], state?: tf.Tensor, maxStorageBuffers = 8): Promise<number> => {
    const found = tensorOf(device.fused({ maxStorageBuffers }).firstNonFinite(tensors, state));
    expect(found.dtype).toBe('int32');
    const [index] = await found.data();
    found.dispose();
    return index!;
  };

  it.each([Infinity, -Infinity, NaN])('finds %d wherever it is, the first tensor first', async (bad) => {
    const sizes = [5, 4, 1, 9000, 128, 7, 64, 3, 12, 1, 40];
    for (const limit of [8, 16]) {
      for (const which of [[], [0], [3], [10, 6], [9, 3], [7]]) {
        const tensors = sizes.map((size, index) => {
          const values = spread(size, 3e38);
          if (which.includes(index)) values[size - 1] = bad;
          return tf.tensor1d(values);
        });
        expect(await first(tensors, undefined, limit)).toBe(which.length === 0 ? -1 : Math.min(...which));
        tf.dispose(tensors);
      }
    }
  });

  it('leaves out integers and empty tensors, and finds nothing in nothing', async () => {
    const tensors = [tf.tensor1d([], 'float32'), tf.tensor1d([1, 2], 'int32'), tf.tensor1d([NaN])];
    expect(await first(tensors)).toBe(2);
    expect(await first(tensors.slice(0, 2))).toBe(-1);
    expect(await first([])).toBe(-1);
    tf.dispose(tensors);
  });

  it('a gradient that overflows only when the scale is taken away is bad', async () => {
    const [state, large] = [tf.tensor1d([2 ** -10, 0, 0, 0, 0, -1]), tf.tensor1d([1, 2 ** 120])];
    expect(await first([large])).toBe(-1);
    expect(await first([large], state)).toBe(0);
    tf.dispose([state, large]);
  });

  it.each(['float16', 'bfloat16'] as const)('reads gradients in %s storage', async (storage) => {
    const wide = [tf.tensor1d(spread(300, 100)), tf.tensor1d(spread(7, 100)), tf.tensor1d([1, Infinity, 2])];
    const half = wide.map((tensor) => toStorage(tensor, storage));
    expect(await first(half)).toBe(2);
    expect(await first(half.slice(0, 2))).toBe(-1);
    const results = await clipped(half.slice(0, 2), { value: 50 });
    for (const [index, result] of results.entries()) {
      const exact = Float32Array.from(await half[index]!.data());
      expect(result).toBeBitEqual(exact.map((value) => Math.max(-50, Math.min(50, value)) + 0));
    }
    tf.dispose([wide, half]);
  });
});
