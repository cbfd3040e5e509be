import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { autocast, fullPrecision, storageOf, toStorage } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU } from '../../src/index.ts';

let fused: WebGPUHandle;
let plain: WebGPUHandle;
beforeAll(async () => {
  plain = await registerWebGPU({ backendName: 'halftone-plain', fusion: 'off' });
  fused = await registerWebGPU();
});
afterAll(() => {
  fused?.dispose();
  plain?.dispose();
});
beforeEach(async () => void (await tf.setBackend(fused.backendName)));

const wave = (shape: [number, number], step: number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i * step) * 3),
    shape,
  );

/** A float32 activation that goes into a product of a mixed policy. */
async function product(storage: 'float16' | 'bfloat16', prepare: (activation: tf.Tensor2D) => tf.Tensor2D): Promise<Float32Array> {
  const result = tf.tidy(() => {
    const [x, weight] = [wave([33, 40], 0.7), tf.variable(wave([40, 20], 0.3))];
    return autocast(`mixed_${storage}`, () => tf.matMul(prepare(tf.softmax(x)), weight));
  });
  const values = await result.data<'float32'>();
  result.dispose();
  tf.disposeVariables();
  return values;
}

describe.each(['float16', 'bfloat16'] as const)('a product in mixed_%s', (storage) => {
  it('takes a float32 activation as a cast would have made it', async () => {
    expect(await product(storage, (activation) => activation)).toBeBitEqual(
      await product(storage, (activation) => toStorage(activation, storage) as tf.Tensor2D),
    );
  });

  it('would give other numbers from the float32 ones, which is what kernels of tfjs take', async () => {
    const ours = await product(storage, (activation) => activation);
    await tf.setBackend(plain.backendName);
    expect(await product(storage, (activation) => activation)).not.toEqual(ours);
  });

  it('leaves the activation itself in float32', () => {
    tf.tidy(() =>
      autocast(`mixed_${storage}`, () => {
        const activation = tf.softmax(wave([33, 40], 0.7));
        tf.matMul(activation, wave([40, 20], 0.3));
        expect(storageOf(activation)).toBe('float32');
      }),
    );
  });
});

it('a gradient is stored as what it is the gradient of, though its formula is float32', () => {
  tf.tidy(() =>
    autocast('mixed_float16', () => {
      const weight = tf.variable(wave([40, 20], 0.3));
      const half = tf.matMul(wave([33, 40], 0.7), weight) as tf.Tensor2D;
      const [toHalf] = tf.grads((h: tf.Tensor) => fullPrecision(() => tf.sum(tf.exp(h))))([half]);
      const [toWide] = tf.grads((h: tf.Tensor) => fullPrecision(() => tf.sum(tf.exp(h))))([wave([33, 20], 0.1)]);
      expect([half, toHalf as tf.Tensor, toWide as tf.Tensor].map(storageOf)).toEqual(['float16', 'float16', 'float32']);
    }),
  );
  tf.disposeVariables();
});

it('a product that finds no room for its inputs in half leaves the next kernel a decision of its own', async () => {
  const small = await registerWebGPU({ backendName: 'halftone-small', maxBytes: 1_200_000 });
  await tf.setBackend(small.backendName);
  const [x, weight] = [wave([512, 256], 0.7), wave([16, 16], 0.3)]; // half a megabyte, and its softmax another
  const first = tf.sum(x);
  await first.data();
  first.dispose();
  const storage = autocast('mixed_float16', () => {
    const activation = tf.softmax(x);
    tf.neg(wave([400, 400], 0.1)); // is on the device now, where the softmax is not yet
    expect(() => tf.matMul(activation, x, false, true)).toThrow(/device memory is exhausted/);
    return storageOf(tf.exp(tf.matMul(weight, weight)));
  });
  expect(storage).toBe('float32');
  await tf.setBackend(fused.backendName);
  small.dispose();
});
