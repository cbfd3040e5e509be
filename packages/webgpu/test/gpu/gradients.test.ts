import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { autocast, explain, storageOf, toStorage } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU, useWebGPU } from '../../src/index.ts';

let handle: WebGPUHandle;
let plain: WebGPUHandle;
beforeAll(async () => {
  plain = await registerWebGPU({ backendName: 'halftone-plain', fusion: 'off' });
  handle = await useWebGPU();
});
afterAll(() => {
  handle?.dispose();
  plain?.dispose();
});

const random = (shape: number[], seed: number, low = -2, high = 2): tf.Tensor => tf.randomUniform(shape, low, high, 'float32', seed);

async function read(tensors: tf.Tensor[]): Promise<Float32Array[]> {
  const data = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return data as Float32Array[];
}

describe('the gradients of mean and sum', () => {
  const cases = [
    { shape: [5, 7, 11], axis: [0, 1] },
    { shape: [5, 7, 11], axis: [2] },
    { shape: [64, 3], axis: undefined },
    { shape: [1, 1], axis: [0] },
  ];
  it.each(cases)('equal stock, bit for bit op by op, within rounding of sums where fused: $shape over $axis', async ({ shape, axis }) => {
    for (const reduce of [tf.mean, tf.sum] as const) {
      const gradientOn = async (backend: string): Promise<Float32Array> => {
        await tf.setBackend(backend);
        const [values] = await read([tf.tidy(() => tf.grad((x) => tf.square(reduce(x, axis)))(random(shape, 3)))]);
        await tf.setBackend(handle.backendName);
        return values as Float32Array;
      };
      const stock = await gradientOn('webgpu');
      expect(await gradientOn(plain.backendName)).toBeBitEqual(stock);
      expect(await gradientOn(handle.backendName)).toBeCloseInFormat(stock, 'float32', { terms: tf.util.sizeFromShape(shape) });
    }
  });
  it('build no tensor of ones', () => {
    const { kernels } = explain(() => tf.tidy(() => void tf.grad((x) => tf.mean(x))(random([40, 40], 1))));
    expect(kernels.map(({ kernelName }) => kernelName)).not.toContain('Multiply');
  });
  it('work on another backend as before', async () => {
    await tf.setBackend('webgpu');
    const [g] = await read([tf.tidy(() => tf.grad((x) => tf.mean(x))(tf.ones([4])))]);
    await tf.setBackend(handle.backendName);
    expect([...(g as Float32Array)]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
});

describe('the gradient of batch norm', () => {
  const channels = 8;
  const run = (half: boolean): tf.Tensor[] =>
    tf.tidy(() => {
      const x = toStorage(random([4, 9, 7, channels], 1), 'float16'); // the same numbers in both
      const [mean, offset] = [random([channels], 2), random([channels], 3)];
      const [variance, scale] = [random([channels], 4, 0.5, 3), random([channels], 5, 0.5, 2)];
      const weight = random([4, 9, 7, channels], 6);
      const loss = (a: tf.Tensor, m: tf.Tensor, v: tf.Tensor, o: tf.Tensor, s: tf.Tensor): tf.Tensor =>
        tf.sum(
          tf.mul(tf.batchNorm(a as tf.Tensor4D, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, s as tf.Tensor1D, 1e-3), weight),
        );
      const all = (): tf.Tensor[] => tf.grads(loss)([half ? x : toStorage(x, 'float32'), mean, variance, offset, scale]);
      return half ? autocast('param=float32,compute=float16,output=float16', all) : all();
    });
  it('is close to stock for every input, and as wide as x', async () => {
    const [half, full] = [run(true), run(false)];
    expect(storageOf(half[0] as tf.Tensor)).toBe('float16');
    const [ours, stock] = [await read(half), await read(full)];
    for (const [i, name] of ['x', 'mean', 'variance', 'offset', 'scale'].entries()) {
      expect(ours[i], name).toBeCloseInFormat(stock[i] as Float32Array, 'float16', { terms: i === 0 ? 1 : 4 * 9 * 7 });
    }
  });
});
