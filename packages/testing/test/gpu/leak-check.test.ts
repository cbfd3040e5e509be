import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { dawn } from '../../src/dawn.ts';
import { leakCheck } from '../../src/leak-check.ts';
import { requireOrSkip } from '../../src/require-or-skip.ts';

const vulkan = await requireOrSkip('vulkan');

describe.skipIf(!vulkan.available)('leakCheck on the GPU', () => {
  beforeAll(async () => {
    await dawn();
    await import('@tensorflow/tfjs-backend-webgpu');
    await tf.setBackend('webgpu');
  });
  const work = (): Promise<unknown> => tf.tidy(() => tf.square(tf.ones([5000]))).data();

  it('reports device bytes, equal when all is disposed', async () => {
    const report = await leakCheck(tf, async () => {
      const result = tf.tidy(() => tf.square(tf.ones([5000])));
      await result.data();
      result.dispose();
    });
    expect(report.deviceBytes?.[0]).toBe(report.deviceBytes?.[1]);
    expect(typeof report.deviceBytes?.[0]).toBe('number');
  });

  it('fails for device bytes left behind', async () => {
    await expect(leakCheck(tf, work)).rejects.toThrow(/deviceBytes \d+ -> \d+/);
  });
});
