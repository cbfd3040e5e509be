import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storageOf, toStorage } from '@halftone/autocast';
import '@halftone/testing/matchers';
import { softmaxCrossEntropy } from '../../src/gradients/cross-entropy.ts';
import { layerNorm } from '../../src/gradients/layer-norm.ts';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await useWebGPU();
});
afterAll(() => handle?.dispose());

const random = (shape: number[], seed: number, scale = 2): tf.Tensor => tf.mul(tf.randomNormal(shape, 0, 1, 'float32', seed), scale);

/** The same tensors and gradients on ours and on stock. */
async function both(work: () => tf.Tensor[]): Promise<{ ours: Float32Array[]; stock: Float32Array[] }> {
  const read = async (): Promise<Float32Array[]> => {
    const tensors = tf.tidy(work);
    const data = (await Promise.all(tensors.map((tensor) => tensor.data()))) as Float32Array[];
    tf.dispose(tensors);
    return data;
  };
  const ours = await read();
  await tf.setBackend('webgpu');
  try {
    return { ours, stock: await read() };
  } finally {
    await tf.setBackend(handle.backendName);
  }
}

async function expectSame(work: () => tf.Tensor[], terms: number): Promise<void> {
  const { ours, stock } = await both(work);
  for (const [i, values] of ours.entries())
    expect(values, `output ${i}`).toBeCloseInFormat(stock[i] as Float32Array, 'float32', { terms, scale: 1 });
}

const pooled = (pool: (x: tf.Tensor4D) => tf.Tensor) => (): tf.Tensor[] => [
  pool(random([2, 7, 9, 4], 1) as tf.Tensor4D),
  tf.grad((x) => tf.sum(tf.square(pool(x as tf.Tensor4D))))(random([2, 7, 9, 4], 1)),
];

const WORK: Readonly<Record<string, () => tf.Tensor[]>> = {
  softmax: () => [tf.softmax(random([3, 5, 33], 1)), tf.grad((x) => tf.sum(tf.square(tf.softmax(x))))(random([3, 5, 33], 1))],
  'softmax, twice': () => [tf.grad((x) => tf.sum(tf.square(tf.grad((a) => tf.sum(tf.square(tf.softmax(a))))(x))))(random([4, 8], 1))],
  'max pool': pooled((x) => tf.maxPool(x, 2, 2, 'same')),
  'overlapping max pool': pooled((x) => tf.maxPool(x, 3, 2, 'valid')),
  'average pool': pooled((x) => tf.avgPool(x, 3, 2, 'same')),
  'pool 1x1': pooled((x) => tf.maxPool(x, 1, 1, 'valid')),
  relu: () => [tf.grad((x) => tf.sum(tf.square(tf.relu(x))))(random([6, 7], 1))],
  'gather of rows': () => [
    tf.grad((x) =>
      tf.sum(
        tf.square(
          tf.gather(
            x,
            tf.tensor2d(
              [
                [1, 4, 1],
                [0, 2, 1],
              ],
              [2, 3],
              'int32',
            ),
          ),
        ),
      ),
    )(random([6, 7], 1)),
  ],
  'gather of columns': () => [tf.gather(random([6, 7], 1), tf.tensor1d([5, 0, 0], 'int32'), 1)],
  'gather in batches': () => [
    tf.gather(
      random([2, 6, 5], 1),
      tf.tensor2d(
        [
          [1, 4, 1],
          [0, 2, 1],
        ],
        [2, 3],
        'int32',
      ),
      1,
      1,
    ),
  ],
  'cross-entropy of classes': () =>
    lossAndGradient(
      (x) =>
        softmaxCrossEntropy(
          tf.tensor2d(
            [
              [1, 4, -1],
              [0, 2, 1],
            ],
            [2, 3],
            'int32',
          ),
          x,
        ),
      [2, 3, 5],
    ),
  'cross-entropy of probabilities': () => lossAndGradient((x) => softmaxCrossEntropy(tf.softmax(random([6, 5], 3)), x), [6, 5]),
  'cross-entropy, twice': () => [
    tf.grad((x) => tf.sum(tf.square(tf.grad((a) => tf.sum(softmaxCrossEntropy(tf.tensor1d([1, 0], 'int32'), a)))(x))))(random([2, 5], 1)),
  ],
  'layer norm': () => {
    const loss = (x: tf.Tensor, g: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      tf.sum(tf.mul(layerNorm(x, g as tf.Tensor1D, b as tf.Tensor1D), random([2, 3, 10], 9, 1)));
    return [
      layerNorm(random([2, 3, 10], 1), tf.ones([10]), tf.zeros([10])),
      ...tf.grads(loss)([random([2, 3, 10], 1), random([10], 2), random([10], 3)]),
    ];
  },
  'layer norm, twice': () => {
    const norm = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(layerNorm(x, tf.ones([5]), tf.zeros([5])), random([2, 5], 9, 1)));
    return [tf.grad((x) => tf.sum(tf.square(tf.grad(norm)(x))))(random([2, 5], 1))];
  },
};

function lossAndGradient(loss: (x: tf.Tensor) => tf.Tensor, shape: number[]): tf.Tensor[] {
  return [loss(random(shape, 1)), tf.grad((x) => tf.sum(tf.square(loss(x))))(random(shape, 1))];
}

describe('ops with kernels of ours', () => {
  it.each(Object.keys(WORK))('are equal to stock: %s', (name) => expectSame(WORK[name] as () => tf.Tensor[], 2000));

  it('agree with tf.losses.softmaxCrossEntropy', async () => {
    const [labels, logits] = [tf.softmax(random([6, 5], 3)), random([6, 5], 1)];
    const stock = tf.losses.softmaxCrossEntropy(labels, logits, undefined, undefined, tf.Reduction.NONE);
    const ours = softmaxCrossEntropy(labels, logits);
    expect(ours.shape).toEqual([6]);
    expect(await ours.data()).toBeCloseInFormat((await stock.data()) as Float32Array, 'float32', { terms: 2000 });
    tf.dispose([labels, logits, stock, ours]);
  });

  it('have the gradients of finite differences', async () => {
    const shape = [2, 6];
    const functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
      softmax: (x) => tf.sum(tf.square(tf.softmax(x))),
      crossEntropy: (x) => tf.sum(softmaxCrossEntropy(tf.tensor1d([1, 0], 'int32'), x)),
      layerNorm: (x) => tf.sum(tf.mul(layerNorm(x, tf.ones([6]), tf.zeros([6])), tf.range(0, 6))),
      avgPool: (x) => tf.sum(tf.square(tf.avgPool(tf.reshape(x, [1, 2, 6, 1]) as tf.Tensor4D, 2, 1, 'valid'))),
    };
    const [x, direction] = [random(shape, 1, 1), random(shape, 2, 1)];
    const h = 2 ** -7;
    for (const [name, f] of Object.entries(functions)) {
      const [slope, difference] = tf.tidy(() => {
        const at = (t: number): tf.Tensor => f(tf.add(x, tf.mul(direction, t)));
        return [tf.sum(tf.mul(tf.grad(f)(x), direction)), tf.div(tf.sub(at(h), at(-h)), 2 * h)];
      });
      // central differences are off by h²/6 times the third derivative, and by rounding / h
      expect(await difference?.data(), name).toBeCloseInFormat((await slope?.data()) as Float32Array, 'float16', { terms: 16, scale: 1 });
      tf.dispose([slope as tf.Tensor, difference as tf.Tensor]);
    }
    tf.dispose([x, direction]);
  });

  it('give the same bits on every run', async () => {
    const run = async (): Promise<Float32Array> => {
      const g = tf.tidy(() =>
        tf.grad((x) => tf.sum(tf.square(tf.gather(x, tf.tensor1d([1, 4, 1, 1, 4, 2, 1], 'int32')))))(random([6, 300], 1)),
      );
      const data = (await g.data()) as Float32Array;
      g.dispose();
      return data;
    };
    const first = await run();
    for (let i = 0; i < 3; i++) expect(await run()).toBeBitEqual(first);
  });

  it('store the gradient of half logits in half, and losses in float32', () => {
    tf.tidy(() => {
      const x = toStorage(random([32, 40], 1), 'float16');
      const labels = tf.zeros([32], 'int32');
      expect(storageOf(softmaxCrossEntropy(labels, x))).toBe('float32');
      expect(storageOf(tf.grad((a) => softmaxCrossEntropy(labels, a))(x))).toBe('float16');
    });
  });

  it('keep the result of relu for its gradient, not the input', () => {
    const kept = (): number => {
      let count = 0;
      tf.tidy(() => {
        const x = random([8, 8], 1);
        tf.grad((a) => {
          const before = tf.memory().numDataBuffers;
          const y = tf.tidy(() => tf.relu(tf.neg(a)));
          count = tf.memory().numDataBuffers - before;
          return y;
        })(x);
      });
      return count;
    };
    expect(kept()).toBe(1);
  });

  it('leak nothing', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => Object.values(WORK).forEach((work) => work()));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuse what does not fit', () => {
    tf.tidy(() => {
      const x = tf.zeros([2, 3]);
      expect(() => softmaxCrossEntropy(tf.zeros([3], 'int32'), x)).toThrow(/must be \[2\], got \[3\]\. Give one class/);
      expect(() => softmaxCrossEntropy(tf.zeros([2], 'bool'), x)).toThrow(TypeError);
      expect(() => layerNorm(x, tf.zeros([2]), tf.zeros([3]))).toThrow(/gamma must be as long as the last axis of x, \[3\], got \[2\]/);
      expect(() => layerNorm(x, tf.zeros([3]), tf.zeros([3]), 0)).toThrow(/epsilon must be above 0, got 0/);
    });
  });

  it('leave the gradients of tfjs behind', () => {
    handle.dispose();
    expect(tf.getGradient('Relu').inputsToSave).toEqual(['x']);
    expect(tf.getGradient('Relu').outputsToSave).toBeUndefined();
  });
});
