import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU } from '../../src/index.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await registerWebGPU();
});
afterAll(() => handle?.dispose());

const whole = (shape: number[]): tf.Tensor =>
  tf.reshape(tf.tensor1d(Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => i % 5)), shape);

/** Calls that kernels of ours leave to tfjs's; whole numbers, so that sums are exact in any order. */
const CALLS: Readonly<Record<string, () => tf.Tensor>> = {
  'a transposed convolution whose output is smaller than its input': () =>
    tf.conv2dTranspose(whole([1, 8, 8, 8]) as tf.Tensor4D, whole([8, 8, 8, 8]) as tf.Tensor4D, [1, 4, 4, 8], 1, 'same'),
};

describe('what kernels of ours do not cover', () => {
  it.each(Object.keys(CALLS))('%s equals stock', async (name) => {
    const run = async (backend: string): Promise<Float32Array> => {
      await tf.setBackend(backend);
      const result = tf.tidy(() => tf.add((CALLS[name] as () => tf.Tensor)(), 0));
      const values = (await result.data()) as Float32Array;
      result.dispose();
      return values;
    };
    expect(await run(handle.backendName)).toBeBitEqual(await run('webgpu'));
  });
});
