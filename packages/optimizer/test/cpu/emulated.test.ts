import * as tf from '@tensorflow/tfjs';
import { useEmulated } from '@halftone/emulate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setDefaultPolicy } from '@halftone/autocast';
import type { LossScale } from '@halftone/loss-scale';
import { dynamicLossScale, noLossScale } from '@halftone/loss-scale';
import { mixedPrecisionOptimizer } from '../../src/index.ts';
import { variableBits } from '../optimizers.ts';

let handle: Awaited<ReturnType<typeof useEmulated>>;

/** Trains a two-layer net whose loss is so small that its gradients lie below the smallest float16; returns first and last loss, relative. */
async function train(lossScale: LossScale): Promise<{ gain: number; moved: boolean }> {
  const x = tf.randomUniform([64, 32], -1, 1, 'float32', 1) as tf.Tensor2D;
  const target = tf.tidy(() => tf.mul(tf.sum(x, 1, true), 0.2));
  const [w0, w1] = [
    [32, 32],
    [32, 1],
  ].map((shape, index) => tf.tidy(() => tf.variable(tf.mul(tf.randomUniform(shape, -1, 1, 'float32', 2 + index), 0.3)))) as [
    tf.Variable,
    tf.Variable,
  ];
  const start = w0.dataSync().slice();
  const optimizer = mixedPrecisionOptimizer(tf.train.momentum(2e6, 0.9), { policy: 'mixed_float16', lossScale, clipNorm: 1 });
  const losses: number[] = [];
  for (let step = 0; step < 60; step++) {
    const loss = optimizer.minimize(
      () => {
        const hidden = tf.tanh(tf.matMul(x, w0 as unknown as tf.Tensor2D)) as tf.Tensor2D;
        const error = tf.sub(tf.matMul(hidden, w1 as unknown as tf.Tensor2D), target);
        return tf.mul(tf.mean(tf.square(error)), 2 ** -24) as tf.Scalar;
      },
      true,
      [w0, w1],
    )!;
    losses.push(loss.dataSync()[0]!);
    loss.dispose();
  }
  const moved = w0.dataSync().some((value, index) => value !== start[index]);
  optimizer.dispose();
  tf.dispose([x, target, w0, w1]);
  return { gain: losses[0]! / losses.at(-1)!, moved };
}

beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => {
  handle.dispose();
});

it('a net whose gradients vanish in float16 stands still without a scale and trains with one', async () => {
  const without = await train(noLossScale());
  const scaled = await train(dynamicLossScale());
  expect(without.moved).toBe(false);
  expect(scaled.moved).toBe(true);
  expect(scaled.gain).toBeGreaterThan(5);
});

it('a scale that is far too high overflows in half, is skipped bit for bit, and settles', async () => {
  const weight = tf.tidy(() => tf.variable(tf.randomUniform([16, 16], -1, 1, 'float32', 5), true, 'weight'));
  const moving = tf.tidy(() => tf.variable(tf.zeros([16]), false, 'moving'));
  const x = tf.randomUniform([32, 16], -1, 1, 'float32', 6) as tf.Tensor2D;
  const loss = (): tf.Scalar => {
    const y = tf.relu(tf.matMul(x, weight as unknown as tf.Tensor2D)) as tf.Tensor2D;
    tf.tidy(() => moving.assign(tf.add(tf.mul(moving, 0.9), tf.mean(y, 0))));
    return tf.mean(tf.square(tf.matMul(y, weight as unknown as tf.Tensor2D))) as tf.Scalar;
  };
  const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.01), {
    policy: 'mixed_float16',
    lossScale: dynamicLossScale({ initialScale: 2 ** 24 }),
  });
  const before = variableBits();
  optimizer.minimize(loss, false, [weight]);
  expect(await optimizer.lastStep()).toMatchObject({ applied: false, firstNonFinite: 'weight', scale: 2 ** 23 });
  const { weight: kept, moving: statistic } = variableBits();
  expect([kept, statistic]).toStrictEqual([before['weight'], before['moving']]);
  let steps = 1;
  while (!(await optimizer.lastStep()).applied && steps < 30) {
    optimizer.minimize(loss, false, [weight]);
    steps += 1;
  }
  expect(await optimizer.lastStep()).toMatchObject({ applied: true, step: steps, skipped: steps - 1 });
  expect(variableBits()['weight']).not.toStrictEqual(before['weight']);
  optimizer.dispose();
  tf.dispose([weight, moving, x]);
});

it('takes the policy in force at its first step: mixed_float16 scales, mixed_bfloat16 and float32 do not', async () => {
  const weight = tf.tidy(() => tf.variable(tf.ones([8, 8])));
  for (const [name, scale] of [
    ['mixed_float16', 65536],
    ['mixed_bfloat16', 1],
    ['float32', 1],
  ] as const) {
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(0.001));
    const undo = setDefaultPolicy(name);
    optimizer.minimize(() => tf.mean(tf.matMul(weight as unknown as tf.Tensor2D, weight as unknown as tf.Tensor2D)) as tf.Scalar, false, [
      weight,
    ]);
    undo();
    expect((await optimizer.lossScaleState()).scale).toBe(scale);
    optimizer.dispose();
  }
  weight.dispose();
});
