import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await useWebGPU();
});
afterAll(() => handle?.dispose());

/** How many plans two runs made; each is read at its end. */
async function plansOf(first: () => tf.Tensor, second: () => tf.Tensor): Promise<number> {
  const before = handle.graphStatistics()?.planned ?? 0;
  for (const work of [first, second]) {
    const result = tf.tidy(work);
    await result.data();
    result.dispose();
  }
  return (handle.graphStatistics()?.planned ?? 0) - before;
}

const chain = (length: number, factor: number): tf.Tensor => tf.sum(tf.relu(tf.mul(tf.ones([length, 300]), factor)));

describe('the same plan serves', () => {
  it('other numbers of the host', async () => {
    expect(
      await plansOf(
        () => chain(7, 2),
        () => chain(7, 3),
      ),
    ).toBe(1);
  });

  it('another dropout mask', async () => {
    const dropped = (): tf.Tensor => tf.sum(tf.dropout(tf.ones([40, 50]), 0.5));
    expect(await plansOf(dropped, dropped)).toBe(1);
  });

  it('another learning rate', async () => {
    const weight = tf.variable(tf.ones([300]));
    const optimizer = tf.train.momentum(0.1, 0.9);
    const step = (rate: number) => (): tf.Tensor => {
      (optimizer as unknown as { setLearningRate(rate: number): void }).setLearningRate(rate);
      return optimizer.minimize(() => tf.sum(tf.square(weight)), true) as tf.Tensor;
    };
    await plansOf(step(0.5), step(0.5)); // the first step makes the slots
    expect(await plansOf(step(0.1), step(0.01))).toBeLessThanOrEqual(1);
    weight.dispose();
    optimizer.dispose();
  });
});

describe('another plan is made for', () => {
  it('another shape', async () => {
    expect(
      await plansOf(
        () => chain(8, 2),
        () => chain(9, 2),
      ),
    ).toBe(2);
  });

  it('a result that is kept', async () => {
    const kept: tf.Tensor[] = [];
    const keeping = (): tf.Tensor => {
      const middle = tf.relu(tf.ones([11, 300]));
      kept.push(tf.keep(middle));
      return tf.sum(middle);
    };
    expect(await plansOf(() => tf.sum(tf.relu(tf.ones([11, 300]))), keeping)).toBe(2);
    tf.dispose(kept);
  });

  it('a seed in the uniforms of a kernel of stock tfjs', async () => {
    const drawn = (seed: number) => (): tf.Tensor => tf.multinomial(tf.zeros([300]) as tf.Tensor1D, 5, seed);
    expect(await plansOf(drawn(1), drawn(2))).toBe(2);
  });
});
