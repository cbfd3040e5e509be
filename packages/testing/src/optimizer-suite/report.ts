import type * as TensorFlow from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import type { Report, Wrapped } from './options.ts';
import { BAD, GOOD, type Rig } from './rig.ts';

/** What the host is told, when, and at which price. */
export function describeReport(rig: Rig): void {
  const { tf, lossScale, wrap, dynamic, valueOf, discard } = rig;
  const scalar = (): TensorFlow.Variable => tf.tidy(() => tf.variable(tf.scalar(1), true, 'weight'));
  const step = (optimizer: Wrapped, weight: TensorFlow.Variable, factor = GOOD): void =>
    void optimizer.minimize(() => tf.sum(tf.mul(weight, factor)), false, [weight]);

  describe('the report', () => {
    it('tells what the last step did', async () => {
      const weight = scalar();
      const optimizer = wrap(tf.train.adam(), { lossScale: dynamic({ growthInterval: 2 }) });
      expect(await optimizer.lastStep()).toMatchObject({ step: 0, outcome: 'none-yet', applied: false });
      step(optimizer, weight);
      step(optimizer, weight, BAD);
      expect(await optimizer.lastStep()).toStrictEqual({
        step: 2,
        applied: false,
        foundNonFinite: true,
        firstNonFinite: 'weight',
        outcome: 'non-finite',
        scale: 512,
        goodSteps: 0,
        skippedInRow: 1,
        skipped: 1,
        appliedSteps: 1,
      });
      expect(optimizer.iterations).toBe(1);
      for (let good = 0; good < 2; good++) step(optimizer, weight);
      expect(await optimizer.lastStep()).toMatchObject({ step: 4, outcome: 'applied', scale: 1024, firstNonFinite: null, skippedInRow: 0 });
      const before = await valueOf(weight);
      optimizer.applyGradients({});
      expect(await optimizer.lastStep()).toMatchObject({ step: 4, outcome: 'no-gradients', applied: false, foundNonFinite: false });
      expect(await valueOf(weight)).toStrictEqual(before);
      expect(optimizer.iterations).toBe(3);
      discard(optimizer);
    });

    it('comes once in statusEvery steps', async () => {
      const weight = scalar();
      const reports: Report[] = [];
      const optimizer = wrap(tf.train.sgd(0.1), { statusEvery: 5, onStep: (report) => reports.push(report) });
      for (let index = 1; index <= 20; index++) {
        step(optimizer, weight, index % 5 === 0 ? BAD : GOOD);
        if (index % 5 === 0) await vi.waitFor(() => expect(reports.length).toBe(index / 5));
      }
      expect(reports.map((report) => report.step)).toStrictEqual([5, 10, 15, 20]);
      expect(reports[3]).toMatchObject({ applied: false, firstNonFinite: 'weight', skipped: 4, appliedSteps: 16, scale: 64 });
      discard(optimizer);
    });

    it('gives a learning rate its applied steps', async () => {
      const weight = scalar();
      const optimizer = wrap(tf.train.sgd(1), { learningRate: (applied) => 2 ** -applied });
      for (const factor of [GOOD, BAD, BAD, GOOD]) {
        step(optimizer, weight, factor);
        await optimizer.lastStep();
      }
      expect(optimizer.learningRate).toBe(0.5);
      expect(await valueOf(weight)).toStrictEqual([1 - 1 - 0.5]);
      discard(optimizer);
    });

    it('becomes an error at the next call after too many skips in a row, which names the first bad gradient, until it is restored', async () => {
      const [weight, bias] = [scalar(), tf.tidy(() => tf.variable(tf.scalar(0), true, 'bias'))];
      const loss = (): TensorFlow.Scalar => tf.add(tf.sum(weight), tf.mul(bias, BAD)) as TensorFlow.Scalar;
      const optimizer = wrap(tf.train.sgd(0.1), { lossScale: dynamic({ maxConsecutiveSkips: 3 }) });
      const saved = optimizer.toJSON();
      for (let index = 0; index < 3; index++) optimizer.minimize(loss, false, [weight, bias]);
      await optimizer.lastStep();
      expect(() => optimizer.minimize(loss, false, [weight, bias])).toThrow(/^\[loss-scale\] too many steps skipped.*3 \(limit 3\).*bias/);
      expect(() => optimizer.applyGradients({})).toThrow(/too many steps skipped/);
      optimizer.restore(saved);
      step(optimizer, weight);
      expect(await optimizer.lastStep()).toMatchObject({ step: 1, applied: true, scale: 1024, appliedSteps: 1 });
      const fixed = wrap(tf.train.sgd(0.1), { lossScale: lossScale.staticLossScale(4, { maxConsecutiveSkips: 2 }) });
      for (let index = 0; index < 2; index++) step(fixed, weight, BAD);
      await fixed.lastStep();
      expect(() => step(fixed, weight)).toThrow(/Lower the static scale/);
      discard(optimizer, fixed);
    });
  });
}
