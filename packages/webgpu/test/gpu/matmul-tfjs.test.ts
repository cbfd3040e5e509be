import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storageOf, toStorage } from '@halftone/autocast';
import '@halftone/testing/matchers';
import { matmulKernels } from '../../src/kernels/matmul/kernel-funcs.ts';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';

let handle: WebGPUHandle;
const leftToStock: string[] = [];

beforeAll(async () => {
  handle = await useWebGPU();
  const { backendName } = handle;
  const own = matmulKernels((kernelName) => {
    const run = tf.getKernel(kernelName, 'webgpu').kernelFunc;
    return (params) => {
      leftToStock.push(kernelName);
      return run(params);
    };
  });
  for (const { kernelName, kernelFunc } of own) {
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
});
afterAll(() => handle?.dispose());

const random = (shape: number[], seed: number): tf.Tensor => tf.randomUniform(shape, -1, 1, 'float32', seed);

async function read(tensors: tf.Tensor[]): Promise<Float32Array[]> {
  const data = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return data as Float32Array[];
}

/** The same work on our backend and on stock's. */
async function both(work: () => tf.Tensor[]): Promise<{ readonly ours: Float32Array[]; readonly stock: Float32Array[] }> {
  const ours = await read(tf.tidy(work));
  await tf.setBackend('webgpu');
  const stock = await read(tf.tidy(work));
  await tf.setBackend(handle.backendName);
  return { ours, stock };
}

describe('tf.matMul', () => {
  const cases = [
    { a: [13, 24], b: [24, 20], transposeA: false, transposeB: false },
    { a: [24, 13], b: [24, 20], transposeA: true, transposeB: false },
    { a: [13, 24], b: [20, 24], transposeA: false, transposeB: true },
    { a: [24, 13], b: [20, 24], transposeA: true, transposeB: true },
    { a: [3, 5, 8], b: [3, 8, 7], transposeA: false, transposeB: false },
    { a: [2, 3, 4, 6], b: [2, 3, 6, 1], transposeA: false, transposeB: false },
  ];
  it.each(cases)(
    'and both gradients equal stock within rounding: $a x $b $transposeA $transposeB',
    async ({ a, b, transposeA, transposeB }) => {
      const { ours, stock } = await both(() => {
        const [x, y] = [random(a, 1), random(b, 2)];
        const weight = random(tf.matMul(x, y, transposeA, transposeB).shape, 3);
        const loss = (p: tf.Tensor, q: tf.Tensor): tf.Tensor => tf.sum(tf.mul(tf.matMul(p, q, transposeA, transposeB), weight));
        return [tf.matMul(x, y, transposeA, transposeB), ...tf.grads(loss)([x, y])];
      });
      for (const [i, name] of ['product', 'gradient of a', 'gradient of b'].entries())
        expect(ours[i], name).toBeCloseInFormat(stock[i] as Float32Array, 'float32', { terms: 24 });
      expect(leftToStock).toEqual([]);
    },
  );

  it('broadcasts batches on both sides', async () => {
    const [a, b] = [random([2, 1, 3, 4], 1), random([1, 3, 4, 5], 2)];
    const product = tf.matMul(a, b);
    expect(product.shape).toEqual([2, 3, 3, 5]);
    const whole = tf.matMul(tf.tile(a, [1, 3, 1, 1]), tf.tile(b, [2, 1, 1, 1]));
    const [ours, expected] = await read([product, whole]);
    expect(ours).toBeBitEqual(expected as Float32Array);
    tf.dispose([a, b]);
  });

  it('takes half operands, and gives float32 where no policy says otherwise', async () => {
    const [a, b] = [toStorage(random([6, 8], 1), 'float16'), toStorage(random([8, 4], 2), 'float16')];
    const product = tf.matMul(a, b);
    expect(storageOf(product)).toBe('float32');
    const [ours, expected] = await read([product, tf.matMul(toStorage(a, 'float32'), toStorage(b, 'float32'))]);
    expect(ours).toBeBitEqual(expected as Float32Array);
  });

  it('leaves integers and empty matrices to tfjs', async () => {
    const before = leftToStock.length;
    const [numbers] = await read([tf.matMul(tf.tensor2d([[1, 2]], [1, 2], 'int32'), tf.tensor2d([[3], [4]], [2, 1], 'int32'))]);
    expect([...(numbers as Float32Array)]).toEqual([11]);
    expect(tf.matMul(tf.zeros([0, 2]), tf.zeros([2, 3])).shape).toEqual([0, 3]);
    expect(leftToStock.length).toBe(before + 2);
  });
});

describe('tf.fused.matMul', () => {
  it.each(['linear', 'relu', 'relu6', 'elu', 'prelu', 'leakyrelu', 'sigmoid'] as const)(
    'equals stock within rounding: %s',
    async (activation) => {
      const before = leftToStock.length;
      const { ours, stock } = await both(() => [
        tf.fused.matMul({
          a: tf.mul(random([9, 16], 1), 3) as tf.Tensor2D,
          b: random([16, 12], 2) as tf.Tensor2D,
          bias: random([12], 3),
          activation,
          ...(activation === 'prelu' ? { preluActivationWeights: random([12], 4) } : {}),
          ...(activation === 'leakyrelu' ? { leakyreluAlpha: 0.3 } : {}),
        }),
      ]);
      expect(ours[0]).toBeCloseInFormat(stock[0] as Float32Array, 'float32', { terms: 16, scale: 8 });
      expect(leftToStock.length).toBe(before);
    },
  );
});
