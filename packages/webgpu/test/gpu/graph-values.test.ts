import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { autocast } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU } from '../../src/index.ts';
import { onDevice } from './graph-device.ts';

let fused: WebGPUHandle;
let plain: WebGPUHandle;
beforeAll(async () => {
  plain = await registerWebGPU({ backendName: 'halftone-plain', fusion: 'off' });
  fused = await registerWebGPU();
  tf.env().set('WEBGPU_CPU_FORWARD', false); // small kernels go to the device as well
});
afterAll(() => {
  tf.env().set('WEBGPU_CPU_FORWARD', true);
  fused?.dispose();
  plain?.dispose();
});

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1.5, -2.5, 3e38, -3e38, 65504, 65520, 1e-30, 7, -7];
const special = (): tf.Tensor => onDevice(SPECIAL);
const others = (): tf.Tensor => onDevice([1, 0, NaN, Infinity, -1, 2, 0, 10, 2, 1, -2, 1e-10, 2, 2]);
const whole = (numbers: readonly number[]): tf.Tensor => tf.add(tf.tensor1d([...numbers], 'int32'), tf.zeros([1], 'int32'));

/** Chains without rounding of their own; what they make may be no number, or not finite. */
const CHAINS: Readonly<Record<string, () => tf.Tensor>> = {
  'NaN and infinities through arithmetic': () => tf.sub(tf.mul(special(), 2), tf.neg(others())),
  'NaN through relu and clip': () => tf.stack([tf.relu(special()), tf.clipByValue(special(), -1, 1)]),
  'NaN through maximum and minimum': () => tf.minimum(tf.maximum(special(), others()), 3),
  'tests of what a chain computes': () =>
    tf.stack([tf.isNaN(tf.add(special(), others())), tf.isFinite(tf.mul(special(), 2)), tf.isInf(tf.mul(special(), 2))]),
  'comparisons with NaN': () =>
    tf.stack([
      tf.equal(special(), special()),
      tf.notEqual(special(), others()),
      tf.less(special(), others()),
      tf.greaterEqual(special(), others()),
    ]),
  'a choice between infinities': () => tf.where(tf.greater(special(), 0), special(), others()),
  'the largest and the smallest, with infinities among them': () =>
    tf.stack([tf.max(tf.relu(onDevice([1, Infinity, 3]))), tf.min(onDevice([1, -Infinity, 3]))]),
  'bool of numbers on the way': () =>
    tf.cast(tf.logicalNot(tf.cast(tf.sub(onDevice([1, 2, 0.5, 3]), onDevice([1, 0, 0.25, 3])), 'bool')), 'float32'),
  'int32 arithmetic': () =>
    tf.mul(tf.sub(tf.add(whole([1000, -2000, 7, -7]), whole([1, -1, 3, 2])), whole([5, 6, 7, 8])), whole([3, 3, -2, 2])),
  'int32 of floats on the way': () => tf.mul(tf.cast(tf.cast(onDevice([1.9, -1.9, 100.5, 0.5]), 'int32'), 'float32'), 0.5),
  'int32 with bool and back': () => tf.add(tf.cast(tf.greater(whole([1, 2, 3]), whole([2, 2, 2])), 'int32'), whole([5, 6, 7])),
  'floorDiv on the way': () => tf.add(tf.cast(tf.floorDiv(onDevice([7, -7, 1e6, 5.5]), onDevice([2, 2, 3, -2])), 'float32'), 0.5),
  'sums and products of int32': () =>
    tf.stack([tf.sum(tf.mul(whole([1, 2, 3, 4]), whole([5, 5, 5, 5]))), tf.prod(whole([1, 2, 3, 4])), tf.max(whole([-5, -2, -9, -4]))]),
  'any and all of a chain': () => tf.stack([tf.any(tf.greater(special(), 1e9)), tf.all(tf.less(onDevice([1, 2]), 3))]),
  scalars: () => tf.mul(tf.add(tf.sum(onDevice([1, 2, 3])), tf.scalar(0.5)), onDevice([4], [])),
  'one element in many ranks': () => tf.add(tf.reshape(onDevice([3]), [1, 1, 1]), tf.reshape(onDevice([4], []), [1])),
  'rank 6': () =>
    tf.transpose(tf.add(tf.reshape(onDevice(Array.from({ length: 64 }, (_, i) => i)), [2, 2, 2, 2, 2, 2]), 1), [5, 3, 1, 0, 2, 4]),
  'nothing at all': () => tf.add(tf.relu(tf.slice(onDevice([1, 2, 3]), [1], [0])), 1),
  'nothing joined to something': () => tf.concat([tf.slice(onDevice([1, 2, 3]), [1], [0]), tf.mul(onDevice([1, 2, 3]), 2)]),
  'strided slices and reverses of views': () =>
    tf.stridedSlice(
      tf.reverse(tf.transpose(tf.reshape(onDevice(Array.from({ length: 24 }, (_, i) => i)), [4, 6])), [0, 1]),
      [0, 0],
      [6, 4],
      [2, 3],
    ),
};

async function run(
  { backendName }: WebGPUHandle,
  chain: () => tf.Tensor,
): Promise<{ values: Float32Array; shape: number[]; dtype: string }> {
  await tf.setBackend(backendName);
  const result = tf.tidy(chain);
  const { shape, dtype } = result;
  const values = Float32Array.from(await result.data());
  result.dispose();
  return { values, shape, dtype };
}

describe.each(['float32', 'float16', 'bfloat16'] as const)('chains in %s', (storage) => {
  it.each(Object.keys(CHAINS))('%s: as one by one', async (name) => {
    const chain = CHAINS[name] as () => tf.Tensor;
    const scoped = (): tf.Tensor => (storage === 'float32' ? chain() : autocast(storage, chain));
    const expected = await run(plain, scoped);
    const actual = await run(fused, scoped);
    expect([actual.shape, actual.dtype]).toEqual([expected.shape, expected.dtype]);
    expect(actual.values).toBeBitEqual(expected.values);
  });
});

describe('what stock computes in float32 or not at all', () => {
  const take = async (chain: () => tf.Tensor): Promise<number[]> => {
    await tf.setBackend(fused.backendName);
    const result = tf.tidy(chain);
    const values = [...(await result.data())];
    result.dispose();
    return values;
  };
  it('int32 wraps around as 32 bits do', async () => {
    const chain = (): tf.Tensor => tf.mul(tf.add(whole([2147483647, -2147483648, 65536]), whole([1, -1, 0])), whole([3, 3, 65536]));
    expect(await take(chain)).toEqual([-2147483648, 2147483645, 0]);
  });
  it('relu6 of NaN is NaN', async () => {
    expect(await take(() => tf.relu6(tf.neg(onDevice([NaN, -7, 7]))))).toEqual([NaN, 6, 0]);
  });
});
