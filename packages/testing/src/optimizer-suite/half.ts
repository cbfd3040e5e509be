import type * as TensorFlow from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { ScaleMachine } from './options.ts';
import type { Rig } from './rig.ts';

/** What the format itself does to gradients, and what a scale is for. Needs a plug-in. */
export function describeHalf({
  tf,
  policy,
  optimizer: api,
  lossScale,
  autocast,
  wrap,
  problem,
  dynamic,
  bits,
  valueOf,
  discard,
}: Rig): void {
  /** Steps on a loss that is so small that float16 has no number for its gradients. */
  const moves = async (scale: ScaleMachine): Promise<boolean> => {
    const { variables, loss } = problem();
    const start = await valueOf(variables[0]!);
    const optimizer = wrap(tf.train.sgd(2 ** 26), { lossScale: scale });
    for (let step = 0; step < 2; step++) optimizer.minimize(loss(2 ** -26), false, variables);
    const end = await valueOf(variables[0]!);
    discard(optimizer);
    tf.disposeVariables();
    return end.some((value, index) => value !== start[index]);
  };

  describe('the format', () => {
    if (policy === 'mixed_float16') {
      it('a scale that is far too high overflows in half, is skipped bit for bit until it settles, and then the net trains', async () => {
        const { variables, loss } = problem();
        const optimizer = wrap(tf.train.adam(0.02), { lossScale: dynamic({ initialScale: 2 ** 24 }) });
        const first = optimizer.minimize(loss(), true, variables)!;
        const [start] = await valueOf(first);
        expect(await optimizer.lastStep()).toMatchObject({ applied: false, foundNonFinite: true, scale: 2 ** 23 });
        const before = await bits();
        optimizer.minimize(loss(), false, variables);
        expect(await optimizer.lastStep()).toMatchObject({ applied: false, skipped: 2 });
        expect(await bits()).toStrictEqual(before);
        for (let step = 0; step < 60; step++) optimizer.minimize(loss(), false, variables);
        const last = optimizer.minimize(loss(), true, variables)!;
        const report = await optimizer.lastStep();
        expect(report).toMatchObject({ applied: true, step: 63, scale: 2 ** (24 - report.skipped), appliedSteps: 63 - report.skipped });
        expect((await valueOf(last))[0]).toBeLessThan(start! / 4);
        tf.dispose([first, last]);
        discard(optimizer);
      });

      it('gradients that it has no number for leave a net where it is without a scale, and train it with one', async () => {
        expect([await moves(lossScale.noLossScale()), await moves(dynamic({ initialScale: 2 ** 16 }))]).toStrictEqual([false, true]);
      });
    } else {
      it('has numbers for the gradients that float16 loses, so that a net trains without a scale', async () => {
        expect(await moves(lossScale.noLossScale())).toBe(true);
      });
    }

    it('takes the policy in force at the first step: mixed_float16 scales, mixed_bfloat16 and float32 do not', async () => {
      const weight = tf.tidy(() => tf.variable(tf.ones([64])));
      for (const [name, scale] of [
        ['mixed_float16', 65_536],
        ['mixed_bfloat16', 1],
        ['float32', 1],
      ] as const) {
        const optimizer = api.mixedPrecisionOptimizer(tf.train.sgd(0.001));
        const undo = autocast.setDefaultPolicy(name);
        optimizer.minimize(() => tf.mean(tf.square(weight)) as TensorFlow.Scalar, false, [weight]);
        undo();
        expect((await optimizer.lossScaleState()).scale).toBe(scale);
        discard(optimizer);
      }
    });
  });
}
