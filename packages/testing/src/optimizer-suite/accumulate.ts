import type * as TensorFlow from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Wrapped, WrapOptions } from './options.ts';
import type { Rig } from './rig.ts';

/** Micro-batches: what a window adds up, and what a bad one costs. */
export function describeAccumulate({ tf, lossScale, wrap, dynamic, valueOf, discard }: Rig): void {
  interface Scene {
    readonly weight: TensorFlow.Variable;
    readonly moving: TensorFlow.Variable;
    readonly optimizer: Wrapped;
    /** A micro-batch with gradient `g`; its forward pass moves a statistic, as batch norm does. */
    readonly micro: (g: number) => void;
    readonly values: () => Promise<number[]>;
  }

  function scene(options: WrapOptions): Scene {
    const weight = tf.tidy(() => tf.variable(tf.scalar(100), true, 'weight'));
    const moving = tf.tidy(() => tf.variable(tf.scalar(0), false, 'moving'));
    const optimizer = wrap(tf.train.sgd(1), { lossScale: dynamic({ growthInterval: 2 }), accumulate: 2, ...options });
    const loss = (g: number) => (): TensorFlow.Scalar => {
      tf.tidy(() => moving.assign(tf.add(moving, 1)));
      return tf.sum(tf.mul(weight, g));
    };
    return {
      weight,
      moving,
      optimizer,
      micro: (g) => void optimizer.minimize(loss(g), false, [weight]),
      values: async () => [...(await valueOf(weight)), ...(await valueOf(moving))],
    };
  }

  describe('accumulation', () => {
    it.each(['drop-window', 'drop-one'] as const)('updates once a window with the mean gradient (%s)', async (onBadMicroBatch) => {
      const { optimizer, micro, values } = scene({ onBadMicroBatch });
      micro(4);
      expect(await values()).toStrictEqual([100, 1]);
      micro(8);
      expect(await values()).toStrictEqual([94, 2]);
      expect(await optimizer.lastStep()).toMatchObject({ step: 1, applied: true, foundNonFinite: false, scale: 1024, goodSteps: 1 });
      micro(1);
      micro(1);
      expect(await optimizer.lastStep()).toMatchObject({ step: 2, applied: true, scale: 2048, goodSteps: 0 });
      discard(optimizer);
    });

    it.each([0, 1])('drop-window drops the whole window for its bad micro-batch %i, and what its forward passes wrote', async (bad) => {
      const { weight, optimizer, micro, values } = scene({ onBadMicroBatch: 'drop-window' });
      micro(2);
      micro(2);
      for (const index of [0, 1]) micro(index === bad ? Infinity : 4);
      expect(await values()).toStrictEqual([98, 2]);
      const report = { step: 2, applied: false, foundNonFinite: true, firstNonFinite: weight.name, scale: 512, skipped: 1 };
      expect(await optimizer.lastStep()).toMatchObject(report);
      discard(optimizer);
    });

    it.each([0, 1])('drop-one leaves out micro-batch %i alone, and what its forward pass wrote', async (bad) => {
      const { weight, optimizer, micro, values } = scene({ onBadMicroBatch: 'drop-one' });
      for (const index of [0, 1]) micro(index === bad ? NaN : 4);
      expect(await values()).toStrictEqual([96, 1]);
      const report = { step: 1, applied: true, foundNonFinite: true, firstNonFinite: weight.name, scale: 512, skipped: 0, appliedSteps: 1 };
      expect(await optimizer.lastStep()).toMatchObject(report);
      discard(optimizer);
    });

    it('drop-one skips a window that has no good micro-batch', async () => {
      const { optimizer, micro, values } = scene({ onBadMicroBatch: 'drop-one' });
      micro(Infinity);
      micro(NaN);
      expect(await values()).toStrictEqual([100, 0]);
      expect(await optimizer.lastStep()).toMatchObject({ applied: false, foundNonFinite: true, scale: 512, skippedInRow: 1 });
      discard(optimizer);
    });

    it('adds up without a scale too, and then checks nothing', async () => {
      const { optimizer, micro, values } = scene({ lossScale: lossScale.noLossScale() });
      micro(4);
      micro(8);
      expect(await values()).toStrictEqual([94, 2]);
      discard(optimizer);
    });

    it('takes opposite infinities in one window for no finite sum', async () => {
      const { optimizer, micro, values } = scene({});
      micro(Infinity);
      micro(-Infinity);
      expect(await values()).toStrictEqual([100, 0]);
      discard(optimizer);
    });

    it('keeps the scale frozen inside a window', async () => {
      const { optimizer, micro } = scene({ accumulate: 4 });
      for (let index = 0; index < 3; index++) {
        micro(Infinity);
        expect((await optimizer.lossScaleState()).scale).toBe(1024);
      }
      micro(1);
      expect((await optimizer.lossScaleState()).scale).toBe(512);
      discard(optimizer);
    });

    it.each(['drop-window', 'drop-one'] as const)(
      'takes a variable that has a gradient in one micro-batch only (%s)',
      async (onBadMicroBatch) => {
        const { weight, optimizer } = scene({ onBadMicroBatch });
        const other = tf.tidy(() => tf.variable(tf.scalar(10), true, 'other'));
        optimizer.minimize(() => tf.sum(tf.mul(weight, 2)), false, [weight, other]);
        optimizer.minimize(() => tf.sum(tf.add(tf.mul(weight, 2), tf.mul(other, 4))), false, [weight, other]);
        expect(await valueOf(other)).toStrictEqual([8]);
        discard(optimizer);
      },
    );

    it('keeps a value that other code gave a statistic inside a bad window', async () => {
      const { moving, optimizer, micro, values } = scene({});
      micro(Infinity);
      tf.tidy(() => moving.assign(tf.scalar(50)));
      micro(1);
      expect(await values()).toStrictEqual([100, 50]);
      discard(optimizer);
    });

    it('loses an open window when it is restored', async () => {
      const { weight, optimizer, micro } = scene({});
      micro(1000);
      optimizer.restore(optimizer.toJSON());
      micro(1);
      micro(1);
      expect(await valueOf(weight)).toStrictEqual([99]);
      discard(optimizer);
    });
  });
}
