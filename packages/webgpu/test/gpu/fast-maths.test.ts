import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { autocast } from '@halftone/autocast';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU } from '../../src/index.ts';

let exact: WebGPUHandle;
let fast: WebGPUHandle;
beforeAll(async () => {
  exact = await registerWebGPU({ backendName: 'exact-maths' });
  fast = await registerWebGPU({ backendName: 'fast-maths', maths: 'fast' });
});
afterAll(() => {
  exact?.dispose();
  fast?.dispose();
});

/** A product of halves, 64 x 256 x 64, on one backend. */
async function product(backendName: string): Promise<Float32Array> {
  await tf.setBackend(backendName);
  const result = tf.tidy(() => {
    const [a, b] = [tf.randomNormal([64, 256], 0, 1, 'float32', 5), tf.randomNormal([256, 64], 0, 1, 'float32', 6)];
    return autocast('mixed_float16', () => tf.matMul(tf.relu(tf.matMul(a, tf.eye(256))) as tf.Tensor2D, tf.matMul(b, tf.eye(64))));
  });
  const values = (await result.data()) as Float32Array;
  result.dispose();
  return values;
}

it('fast maths is an option: close to exact maths, and not the same, where the device has shader-f16', async ({ skip }) => {
  if (!exact.capabilities.shaderF16) return skip('the device has no shader-f16');
  const [right, quick] = [await product('exact-maths'), await product('fast-maths')];
  const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = right.reduce((most, value, index) => Math.max(most, Math.abs(value - (quick[index] ?? NaN))), 0);
  expect(worst / largest).toBeLessThan(5e-3);
  expect([...quick]).not.toEqual([...right]);
});

it('refuses other maths', async () => {
  await expect(registerWebGPU({ backendName: 'x', maths: 'sloppy' as never })).rejects.toThrow(/maths must be one of exact, fast/);
});
