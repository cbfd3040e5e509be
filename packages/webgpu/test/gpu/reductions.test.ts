import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceNumerics } from '@halftone/testing';
import { deviceNumerics, deviceSlack } from '@halftone/testing';
import '@halftone/testing/matchers';
import type { HalfBackend } from '../../src/backend.ts';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';
import { elementwiseKernels } from '../../src/kernels/elementwise/elementwise-kernels.ts';
import { reductionKernels } from '../../src/kernels/reductions/reduction-kernels.ts';
import { installEager } from './eager-recorder.ts';

let handle: WebGPUHandle;
let seen: Map<string, number>;
let numerics: DeviceNumerics;
beforeAll(async () => {
  handle = await useWebGPU();
  numerics = await deviceNumerics((tf.backend() as HalfBackend).device);
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  seen = installEager(handle.backendName, [elementwiseKernels, reductionKernels]);
});
afterAll(() => {
  handle?.dispose();
  tf.env().set('WEBGPU_CPU_FORWARD', true);
});

type Reduce = (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor;

/** What each reduction is in float64, from a first value and a step. */
const REFERENCE: Readonly<Record<string, readonly [Reduce, first: number, step: (best: number, x: number) => number]>> = {
  sum: [tf.sum, 0, (best, x) => best + x],
  mean: [tf.mean, 0, (best, x) => best + x],
  max: [tf.max, -Infinity, (best, x) => Math.max(best, x)],
  min: [tf.min, Infinity, (best, x) => Math.min(best, x)],
  prod: [tf.prod, 1, (best, x) => best * x],
};

function reduced(
  values: readonly number[],
  shape: readonly number[],
  axes: readonly number[],
  [, first, step]: (typeof REFERENCE)[string],
): number[] {
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const out = Array.from({ length: kept.reduce((product, length) => product * length, 1) }, () => first);
  values.forEach((x, flat) => {
    let [rest, at, stride] = [flat, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] ?? 1;
      if (!axes.includes(axis)) [at, stride] = [at + (rest % length) * stride, stride * length];
      rest = Math.floor(rest / length);
    }
    out[at] = step(out[at] ?? first, x);
  });
  return out;
}

const cases = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.subarray(shape.map((_, axis) => axis)),
    keepDims: fc.boolean(),
    values: fc.array(fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround), {
      minLength: tf.util.sizeFromShape(shape),
      maxLength: tf.util.sizeFromShape(shape),
    }),
  }),
);

describe.each(Object.keys(REFERENCE))('%s over any axes', (name) => {
  const reference = REFERENCE[name] as (typeof REFERENCE)[string];
  it('is close to float64, with the shape that tfjs promises', async () => {
    const property = fc.asyncProperty(cases, async ({ shape, axes, keepDims, values }) => {
      const result = tf.tidy(() => reference[0](tf.tensor(values, shape), axes, keepDims));
      expect(result.shape).toEqual(shape.flatMap((length, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [length])));
      expect(result.dtype).toBe('float32');
      const count = axes.reduce((product, axis) => product * (shape[axis] ?? 1), 1);
      const exact = reduced(values, shape, axes, reference).map((x) => (name === 'mean' ? x / count : x));
      const data = await result.data();
      result.dispose();
      const lost = deviceSlack.subnormals[numerics.subnormals] * 2 ** count; // what is flushed may be doubled by each later factor
      if (name === 'prod' && lost > 0) expect(data).toBeCloseInFormat(exact, 'float32', { terms: count ** 2, scale: 0, slack: lost });
      else if (name === 'prod') expect(data).toBeWithinUlps(exact, count, 'float32');
      else expect(data).toBeCloseInFormat(exact, 'float32', { terms: count, scale: name === 'mean' ? 2 : 2 * count });
    });
    await fc.assert(property, { numRuns: 20, seed: 3 });
  });
  it('lets NaN through and keeps infinities', async () => {
    const results = tf.tidy(() =>
      [
        [1, NaN, 2],
        [NaN, 1, 2],
        [Infinity, 3, 4],
        [-Infinity, 3, 4],
      ].map((row) => reference[0](tf.tensor1d(row), [0], false)),
    );
    const values = (await Promise.all(results.map((result) => result.data()))).map(([value]) => value);
    const low = name === 'min' ? 3 : Infinity;
    const high = name === 'max' ? 4 : -Infinity;
    expect(values).toEqual([NaN, NaN, low, high]);
    tf.dispose(results);
  });
});

describe('reductions of other dtypes', () => {
  it('keep int32 exact beyond 2^24', async () => {
    const x = tf.tensor2d([2 ** 24, 1, 1, 1, -5, 7], [2, 3], 'int32');
    const read = async (t: tf.Tensor): Promise<number[]> => [...(await t.data())];
    expect(await read(tf.sum(x, 1))).toEqual([2 ** 24 + 2, 3]);
    expect(await read(tf.max(x, 0))).toEqual([2 ** 24, 1, 7]);
    expect(await read(tf.min(x))).toEqual([-5]);
    expect(await read(tf.prod(x, 0))).toEqual([2 ** 24, -5, 7]);
  });
  it('answer any and all of bool', async () => {
    const x = tf.tensor2d([1, 0, 1, 1, 0, 0], [3, 2], 'bool');
    const [any, all] = [tf.any(x, 1), tf.all(x, 1, true)];
    expect([any.dtype, all.dtype, all.shape]).toEqual(['bool', 'bool', [3, 1]]);
    expect([[...(await any.data())], [...(await all.data())]]).toEqual([
      [1, 1, 0],
      [0, 1, 0],
    ]);
  });
  it('leave the mean of int32 to stock', async () => {
    seen.clear();
    expect([...(await tf.mean(tf.tensor1d([1, 2, 6], 'int32')).data())]).toEqual([3]);
    expect([...seen.keys()]).toEqual([]);
  });
});

describe('a mean', () => {
  it('keeps its sum in float32 and gives it back', async () => {
    const before = tf.memory();
    const mean = tf.tidy(() => tf.mean(tf.ones([64, 32])));
    expect([...(await mean.data())]).toEqual([1]);
    mean.dispose();
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    expect(tf.engine().backend.numDataIds()).toBe(before.numDataBuffers);
  });
  it('has the gradient of stock', async () => {
    const run = async (): Promise<Float32Array> =>
      (await tf
        .tidy(() => tf.grad((x) => tf.sum(tf.square(tf.mean(x, [0, 2]))))(tf.reshape(tf.range(1, 61), [3, 4, 5])))
        .data()) as Float32Array;
    const ours = await run();
    await tf.setBackend('webgpu');
    const stock = await run();
    await tf.setBackend(handle.backendName);
    expect(ours).toBeWithinUlps(stock, 2, 'float32');
  });
});
