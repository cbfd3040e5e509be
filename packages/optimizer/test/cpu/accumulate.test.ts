import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamicLossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptimizer, MixedPrecisionOptions } from '../../src/index.ts';
import { mixedPrecisionOptimizer } from '../../src/index.ts';

let tensors = 0;
let weight: tf.Variable;
let moving: tf.Variable;

/** A micro-batch with gradient `g`; its forward pass moves a statistic, as batch norm does. */
function micro(optimizer: MixedPrecisionOptimizer, g: number): void {
  optimizer.minimize(
    () => {
      tf.tidy(() => moving.assign(tf.add(moving, 1)));
      return tf.sum(tf.mul(weight, g));
    },
    false,
    [weight],
  );
}

function wrap(options: MixedPrecisionOptions): MixedPrecisionOptimizer {
  return mixedPrecisionOptimizer(tf.train.sgd(1), {
    lossScale: dynamicLossScale({ initialScale: 1024, growthInterval: 2 }),
    accumulate: 2,
    ...options,
  });
}

const values = (): [number, number] => [weight.dataSync()[0]!, moving.dataSync()[0]!];

describe('accumulation', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
    tensors = tf.memory().numTensors;
    weight = tf.tidy(() => tf.variable(tf.scalar(100)));
    moving = tf.tidy(() => tf.variable(tf.scalar(0), false));
  });
  afterEach(() => {
    tf.dispose([weight, moving]);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it.each(['drop-window', 'drop-one'] as const)('updates once a window with the mean gradient (%s)', async (onBadMicroBatch) => {
    const optimizer = wrap({ onBadMicroBatch });
    micro(optimizer, 4);
    expect(values()).toStrictEqual([100, 1]);
    micro(optimizer, 8);
    expect(values()).toStrictEqual([94, 2]);
    expect(await optimizer.lastStep()).toMatchObject({ step: 1, applied: true, foundNonFinite: false, scale: 1024, goodSteps: 1 });
    micro(optimizer, 1);
    micro(optimizer, 1);
    expect(await optimizer.lastStep()).toMatchObject({ step: 2, applied: true, scale: 2048, goodSteps: 0 });
    optimizer.dispose();
  });

  it.each([0, 1])('drop-window drops the whole window for its bad micro-batch %i, and what its forward passes wrote', async (bad) => {
    const optimizer = wrap({ onBadMicroBatch: 'drop-window' });
    micro(optimizer, 2);
    micro(optimizer, 2);
    for (const index of [0, 1]) micro(optimizer, index === bad ? Infinity : 4);
    expect(values()).toStrictEqual([98, 2]);
    expect(await optimizer.lastStep()).toMatchObject({
      step: 2,
      applied: false,
      foundNonFinite: true,
      firstNonFinite: weight.name,
      scale: 512,
      skipped: 1,
    });
    optimizer.dispose();
  });

  it.each([0, 1])('drop-one leaves out micro-batch %i alone, and what its forward pass wrote', async (bad) => {
    const optimizer = wrap({ onBadMicroBatch: 'drop-one' });
    for (const index of [0, 1]) micro(optimizer, index === bad ? NaN : 4);
    expect(values()).toStrictEqual([96, 1]);
    expect(await optimizer.lastStep()).toMatchObject({
      step: 1,
      applied: true,
      foundNonFinite: true,
      firstNonFinite: weight.name,
      scale: 512,
      skipped: 0,
      appliedSteps: 1,
    });
    optimizer.dispose();
  });

  it('drop-one skips a window that has no good micro-batch', async () => {
    const optimizer = wrap({ onBadMicroBatch: 'drop-one' });
    micro(optimizer, Infinity);
    micro(optimizer, NaN);
    expect(values()).toStrictEqual([100, 0]);
    expect(await optimizer.lastStep()).toMatchObject({ applied: false, foundNonFinite: true, scale: 512, skippedInRow: 1 });
    optimizer.dispose();
  });

  it('opposite infinities in one window are no finite sum', async () => {
    const optimizer = wrap({});
    micro(optimizer, Infinity);
    micro(optimizer, -Infinity);
    expect(values()).toStrictEqual([100, 0]);
    optimizer.dispose();
  });

  it('keeps the scale frozen inside a window', async () => {
    const optimizer = wrap({ accumulate: 4 });
    for (let index = 0; index < 3; index++) {
      micro(optimizer, Infinity);
      expect((await optimizer.lossScaleState()).scale).toBe(1024);
    }
    micro(optimizer, 1);
    expect((await optimizer.lossScaleState()).scale).toBe(512);
    optimizer.dispose();
  });

  it('accumulates without a scale too, then unchecked', () => {
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(1), { policy: 'float32', accumulate: 2 });
    micro(optimizer, 4);
    micro(optimizer, 8);
    expect(values()).toStrictEqual([94, 2]);
    optimizer.dispose();
  });

  it('takes a variable that has a gradient in one micro-batch only', () => {
    const other = tf.tidy(() => tf.variable(tf.scalar(10)));
    for (const onBadMicroBatch of ['drop-window', 'drop-one'] as const) {
      other.assign(tf.scalar(10));
      const optimizer = wrap({ onBadMicroBatch });
      optimizer.minimize(() => tf.sum(tf.mul(weight, 2)), false, [weight, other]);
      optimizer.minimize(() => tf.sum(tf.add(tf.mul(weight, 2), tf.mul(other, 4))), false, [weight, other]);
      expect(other.dataSync()[0]).toBe(8);
      optimizer.dispose();
    }
    other.dispose();
    tensors += 2; // the two scalars above
  });

  it('keeps a value that other code gave a statistic inside a bad window', () => {
    const optimizer = wrap({});
    micro(optimizer, Infinity);
    tf.tidy(() => moving.assign(tf.scalar(50)));
    micro(optimizer, 1);
    expect(values()).toStrictEqual([100, 50]);
    optimizer.dispose();
  });

  it('restore() empties an open window', async () => {
    const optimizer = wrap({});
    micro(optimizer, 1000);
    optimizer.restore(optimizer.toJSON());
    micro(optimizer, 1);
    micro(optimizer, 1);
    expect(weight.dataSync()[0]).toBe(99);
    optimizer.dispose();
  });
});
