import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterEach, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU, useWebGPU } from '../../src/index.ts';

let handle: WebGPUHandle | undefined;
afterEach(() => {
  handle?.dispose();
  handle = undefined;
});

const { fround } = Math;
const values = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => fround(Math.sin(i * 12.9898 + seed) * 10 ** ((i * 7) % 5)));

/** 400 rows of 6 numbers, added up in their order into 9 rows; an id is out of range. */
function rows(): { readonly x: Float32Array; readonly ids: Int32Array; readonly sums: Float32Array } {
  const x = values(400 * 6, 1);
  const ids = Int32Array.from({ length: 400 }, (_, i) => (i === 17 ? -1 : (i * 31) % 9));
  const sums = new Float32Array(9 * 6);
  ids.forEach((id, row) => {
    if (id < 0) return;
    for (let i = 0; i < 6; i++) sums[id * 6 + i] = fround((sums[id * 6 + i] as number) + (x[row * 6 + i] as number));
  });
  return { x, ids, sums };
}

describe('deterministic: true', () => {
  it('adds by index in the order of the positions, bit for bit', async () => {
    handle = await useWebGPU({ deterministic: true });
    const { x, ids, sums } = rows();
    for (let run = 0; run < 3; run++) {
      const [table, index] = [tf.tensor2d(x, [400, 6]), tf.tensor1d(ids, 'int32')];
      expect((await tf.unsortedSegmentSum(table, index, 9).data()) as Float32Array).toBeBitEqual(sums);
      const scattered = tf.scatterND(
        tf.reshape(tf.relu(index), [400, 1]),
        tf.mul(table, tf.reshape(tf.cast(tf.greaterEqual(index, 0), 'float32'), [400, 1])),
        [9, 6],
      );
      expect(scattered.shape).toEqual([9, 6]);
      expect((await scattered.data()) as Float32Array).toBeBitEqual(sums);
    }
  });

  it.each(['on', 'off'] as const)('refuses by name what adds floats with atomics, with fusion %s', async (fusion) => {
    handle = await useWebGPU({ deterministic: true, fusion });
    const [data, ids] = [tf.ones([3, 2]) as tf.Tensor2D, tf.tensor1d([0, 1, 1], 'int32')];
    expect(() => tf.sparse.sparseSegmentSum(data, ids, ids)).toThrow(/got SparseSegmentSum, .*Use tf.gather\(\)/);
    expect(() => tf.sparse.sparseSegmentMean(data, ids, ids)).toThrow(/got SparseSegmentMean, .*Use tf.gather\(\)/);
    expect(() => tf.bincount(ids, tf.ones([3]) as tf.Tensor1D, 2)).toThrow(/got Bincount, .*Leave the weights out/);
    expect([...(await tf.bincount(ids, tf.tensor1d([]), 2).data())]).toEqual([1, 2]);
    const scatter = (): tf.Tensor => tf.scatterND(tf.tensor2d([[0, 1]], [1, 2], 'int32'), tf.tensor1d([3]), [2, 2]);
    expect(scatter).toThrow(fusion === 'on' ? /along one dimension/ : /Leave fusion: 'off' out/);
    if (fusion === 'off') expect(() => tf.unsortedSegmentSum(data, ids, 2)).toThrow(/Leave fusion: 'off' out/);
    const image = tf.ones([1, 4, 4, 1]) as tf.Tensor4D;
    const filter = tf.ones([2, 2, 1]) as tf.Tensor3D;
    expect(() => tf.grad((x) => tf.dilation2d(x as tf.Tensor4D, filter, 1, 'valid'))(image)).toThrow(/got Dilation2DBackprop/);
  });

  it('takes long products without split k', async () => {
    const product = async (deterministic: boolean): Promise<Float32Array> => {
      handle = await useWebGPU({ deterministic, fusion: 'off' });
      const result = (await tf
        .matMul(tf.tensor2d(values(16 * 4096, 2), [16, 4096]), tf.tensor2d(values(4096 * 16, 3), [4096, 16]))
        .data()) as Float32Array;
      handle.dispose();
      return result.slice();
    };
    const [first, second, split] = [await product(true), await product(true), await product(false)];
    expect(second).toBeBitEqual(first);
    expect(split, 'tfjs splits here: another order of the same sums').not.toStrictEqual(first);
    handle = undefined;
  });

  it('does not go with flags that ask for split k', async () => {
    handle = await useWebGPU();
    tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 1);
    try {
      await expect(registerWebGPU({ deterministic: true, backendName: 'other' })).rejects.toThrow(
        /WEBGPU_MATMUL_PROGRAM_TYPE, got 1. Leave the flag/,
      );
    } finally {
      tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', -1);
    }
    await expect(registerWebGPU({ deterministic: 'yes' as never })).rejects.toThrow(/deterministic must be one of true, false/);
  });
});
