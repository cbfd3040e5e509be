import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';
import { elementwiseKernels } from '../../src/kernels/elementwise/elementwise-kernels.ts';
import { reductionKernels } from '../../src/kernels/reductions/reduction-kernels.ts';
import { viewKernels } from '../../src/kernels/views/view-kernels.ts';
import { installEager } from './eager-recorder.ts';

let handle: WebGPUHandle;
let seen: Map<string, number>;
beforeAll(async () => {
  handle = await useWebGPU();
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  seen = installEager(handle.backendName, [elementwiseKernels, viewKernels, reductionKernels]);
});
afterAll(() => {
  handle?.dispose();
  tf.env().set('WEBGPU_CPU_FORWARD', true);
});

interface Read {
  readonly values: Float32Array;
  readonly facts: string;
}

async function both(make: () => tf.Tensor): Promise<{ ours: Read; stock: Read }> {
  const run = async (): Promise<Read> => {
    const result = tf.tidy(make);
    const values = (await result.data()) as Float32Array;
    result.dispose();
    return { values, facts: `${result.dtype} [${result.shape.join()}]` };
  };
  const ours = await run();
  await tf.setBackend('webgpu');
  const stock = await run();
  await tf.setBackend(handle.backendName);
  expect(ours.facts).toBe(stock.facts);
  return { ours, stock };
}

const random = (shape: number[], seed: number, low = -2, high = 2): tf.Tensor => tf.randomUniform(shape, low, high, 'float32', seed);

describe('broadcasting', () => {
  it('equals stock for random shapes on either side', async () => {
    const pairs = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom('both', 'left', 'right')), { minLength: 1, maxLength: 4 })
      .chain((dims) =>
        fc.tuple(fc.constant(dims), fc.nat(dims.length), fc.nat(dims.length)).map(([all, dropLeft, dropRight]) => {
          const left = all.map(([length, side]) => (side === 'right' ? 1 : length));
          const right = all.map(([length, side]) => (side === 'left' ? 1 : length));
          return dropLeft > 0 ? { left: left.slice(dropLeft), right } : { left, right: right.slice(dropRight) };
        }),
      );
    const property = fc.asyncProperty(pairs, async ({ left, right }) => {
      const { ours, stock } = await both(() => tf.sub(random(left, 1), random(right, 2)));
      expect(ours.values).toBeBitEqual(stock.values);
    });
    await fc.assert(property, { numRuns: 30, seed: 5 });
  });
  it('refuses shapes that do not fit, as stock does', () => {
    expect(() => tf.add(tf.ones([3]), tf.ones([4]))).toThrow(/could not be broadcast/);
  });
  it('spreads a condition over leading dimensions', async () => {
    const condition = (): tf.Tensor => tf.tensor1d([1, 0, 1], 'bool');
    const run = (): tf.Tensor =>
      tf.engine().runKernel('Select', { condition: condition(), t: random([3, 2, 5], 1), e: random([3, 2, 5], 2) }) as tf.Tensor;
    const { ours, stock } = await both(run);
    expect(ours.values).toBeBitEqual(stock.values);
  });
});

describe('gradients are those of stock', () => {
  const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.div(x, Math.SQRT2))));
  const layerNorm = (x: tf.Tensor): tf.Tensor => {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
  };
  const batchNorm = (x: tf.Tensor): tf.Tensor =>
    tf.batchNorm(
      x as tf.Tensor2D,
      random([12], 3) as tf.Tensor1D,
      random([12], 4, 0.5, 2) as tf.Tensor1D,
      random([12], 5) as tf.Tensor1D,
      random([12], 6) as tf.Tensor1D,
      1e-3,
    );
  const cases: readonly (readonly [string, (x: tf.Tensor) => tf.Tensor, number])[] = [
    ['relu', tf.relu, 1],
    ['relu6', tf.relu6, 1],
    ['leakyRelu', (x) => tf.leakyRelu(x, 0.2), 1],
    ['elu', tf.elu, 1],
    ['selu', tf.selu, 1],
    ['sigmoid', tf.sigmoid, 1],
    ['tanh', tf.tanh, 1],
    ['softplus', tf.softplus, 1],
    ['gelu', gelu, 4],
    ['pow', (x) => tf.pow(tf.abs(x), 1.5), 4],
    ['clipByValue', (x) => tf.clipByValue(x, -1, 1), 1],
    ['where', (x) => tf.where(tf.greater(random([9, 12], 8), 0), tf.square(x), tf.neg(x)), 1],
    ['maximum', (x) => tf.maximum(x, tf.scalar(0.25)), 1],
    ['batch norm', batchNorm, 16],
    ['layer norm', layerNorm, 64],
    ['moments', (x) => tf.moments(x, 0).variance, 16],
  ];
  it.each(cases)('%s', async (_, f, terms) => {
    const { ours, stock } = await both(() => tf.grad((x) => tf.sum(tf.mul(f(x), 0.7)))(random([9, 12], 1)));
    expect(ours.values).toBeCloseInFormat(stock.values, 'float32', { terms, scale: terms > 1 ? 4 : 0 });
  });
});

describe('batch norm', () => {
  it('is close to float64 with and without scale and offset, also where the mean is far from 0', async () => {
    const [x, mean, variance] = [random([5, 3, 8], 1, 99, 101), random([8], 2, 99, 101), random([8], 3, 0.1, 2)];
    const [scale, offset] = [random([8], 4), random([8], 5)];
    const [vx, vm, vv, vs, vo] = await Promise.all([x, mean, variance, scale, offset].map((t) => t.data()));
    for (const full of [true, false]) {
      const result = tf.batchNorm(
        x as tf.Tensor3D,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        full ? (offset as tf.Tensor1D) : undefined,
        full ? (scale as tf.Tensor1D) : undefined,
        1e-3,
      );
      const exact = Array.from(vx as Float32Array, (value, i) => {
        const c = i % 8;
        const unit = (value - (vm?.[c] ?? 0)) / Math.sqrt((vv?.[c] ?? 0) + 1e-3);
        return full ? unit * (vs?.[c] ?? 1) + (vo?.[c] ?? 0) : unit;
      });
      expect(await result.data()).toBeCloseInFormat(exact, 'float32', { terms: 8, scale: 8 });
    }
    expect(seen.get('FusedBatchNorm')).toBeGreaterThan(1);
  });
});

describe('dtypes', () => {
  const cases: readonly (readonly [string, () => tf.Tensor])[] = [
    ['float32 to int32 cuts towards zero', () => tf.cast(tf.tensor1d([1.9, -1.9, 0, 3e5]), 'int32')],
    ['int32 to float32', () => tf.mul(tf.cast(tf.tensor1d([1, -2, 7], 'int32'), 'float32'), 0.5)],
    ['bool to float32', () => tf.mul(tf.cast(tf.tensor1d([1, 0, 1], 'bool'), 'float32'), 0.5)],
    ['bool to int32, then added', () => tf.add(tf.cast(tf.tensor1d([1, 0, 1], 'bool'), 'int32'), tf.tensor1d([5, 6, 7], 'int32'))],
    ['int32 to bool', () => tf.cast(tf.tensor1d([2, 0, -1], 'int32'), 'bool')],
    ['a comparison is bool', () => tf.less(tf.tensor1d([1, 2, 3, 4]), tf.scalar(2.5))],
    ['bools compare', () => tf.equal(tf.tensor1d([1, 0, 1], 'bool'), tf.tensor1d([1, 1, 0], 'bool'))],
    [
      'a fill of each dtype',
      () => tf.concat([tf.fill([5], 3, 'int32'), tf.cast(tf.fill([5], 1, 'bool'), 'int32'), tf.onesLike(tf.tensor1d([4, 5], 'int32'))]),
    ],
    ['maximum of int32', () => tf.maximum(tf.tensor1d([1, -9], 'int32'), tf.tensor1d([-2, 4], 'int32'))],
    ['a relu of int32 is left to stock', () => tf.relu(tf.tensor1d([4, -9, 16], 'int32'))],
    ['addN', () => tf.addN([random([3, 5], 1), random([3, 5], 2), random([3, 5], 3), random([3, 5], 4)])],
    ['addN of one', () => tf.addN([random([3, 5], 1)])],
    ['a tensor without elements', () => tf.relu(tf.zeros([0, 4]))],
    ['complex numbers', () => tf.abs(tf.add(tf.complex([3, 0], [4, 2]), tf.complex([0, 0], [0, 0])))],
  ];
  it.each(cases)('%s', async (_, make) => {
    const { ours, stock } = await both(make);
    expect(ours.values).toBeBitEqual(stock.values);
  });
});

describe('constants and leftovers', () => {
  it('leaves small constants on the host to stock, except for kernels that stock runs on the GPU', async () => {
    tf.env().set('WEBGPU_CPU_FORWARD', true);
    seen.clear();
    const [on, off] = [tf.tidy(() => tf.exp(tf.mul(tf.scalar(2), tf.scalar(3)))), tf.tidy(() => tf.div(tf.scalar(1), tf.scalar(4)))];
    tf.env().set('WEBGPU_CPU_FORWARD', false);
    expect([...seen.keys()]).toEqual(['RealDiv']);
    expect([...(await off.data())]).toEqual([0.25]);
    tf.dispose([on, off]);
  });
  it('gives back what addN holds in between', () => {
    const before = tf.engine().backend.numDataIds();
    const result = tf.tidy(() => tf.addN([random([8], 1), random([8], 2), random([8], 3), random([8], 4)]));
    expect(tf.engine().backend.numDataIds()).toBe(before + 1);
    result.dispose();
  });
});
