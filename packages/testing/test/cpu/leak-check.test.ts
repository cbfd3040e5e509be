import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { leakCheck } from '../../src/leak-check.ts';

describe('leakCheck', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  it('passes work that disposes what it makes, synchronous or not', async () => {
    const { tensors, dataBuffers } = await leakCheck(tf, () => tf.tidy(() => tf.square(tf.ones([4])).dataSync()));
    expect(tensors[1]).toBe(tensors[0]);
    expect(dataBuffers[1]).toBe(dataBuffers[0]);
    await leakCheck(tf, async () => {
      const tensor = tf.ones([4]);
      await tensor.data();
      tensor.dispose();
    });
  });

  it('fails for one tensor left behind, naming the counts', async () => {
    const { numTensors } = tf.memory();
    await expect(leakCheck(tf, () => tf.ones([4]))).rejects.toThrow(`tensors ${numTensors} -> ${numTensors + 1}, dataBuffers`);
  });

  it('fails for a clone, which holds no data of its own', async () => {
    const kept = tf.ones([4]);
    await expect(leakCheck(tf, () => kept.clone())).rejects.toThrow(/got tensors \d+ -> \d+\. Dispose/);
  });

  it('fails when more is freed than made', async () => {
    const kept = tf.ones([4]);
    await expect(leakCheck(tf, () => kept.dispose())).rejects.toThrow('must be the same before and after');
  });

  it('hands on the error of the work', async () => {
    await expect(leakCheck(tf, () => tf.tidy(() => tf.reshape(tf.ones([2]), [3])))).rejects.toThrow('Size(2) must match');
  });
});
