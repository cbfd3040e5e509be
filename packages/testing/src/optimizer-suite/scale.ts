import { describe, expect, it } from 'vitest';
import { BAD, GOOD, type Rig } from './rig.ts';

/** How the scale on the device moves, against the pure machine, and what the host learns of it. */
export function describeScale({ tf, lossScale, wrap, dynamic, light, valueOf, discard }: Rig): void {
  describe('the scale', () => {
    it.each([
      ['growth and backoff by two', { growthInterval: 2 }],
      ['factors that are no float32 numbers, and patience', { growthInterval: 2, growthFactor: 1.7, backoffFactor: 0.3, hysteresis: 2 }],
      ['its bounds', { initialScale: 2, growthInterval: 1, minScale: 1, maxScale: 4 }],
    ] as const)('moves as the pure machine does: %s', async (_what, rule) => {
      const machine = dynamic({ initialScale: 256, ...rule });
      const { variables, loss } = light();
      const optimizer = wrap(tf.train.sgd(0.001), { lossScale: machine });
      let pure = machine.init();
      for (let step = 0; step < 24; step++) {
        const finite = (step * 7) % 5 > 0 && step % 11 !== 4;
        optimizer.minimize(loss(finite ? GOOD : BAD), false, variables);
        pure = machine.next(pure, finite);
        expect(await optimizer.lossScaleState(), `step ${step}`).toStrictEqual(pure);
      }
      discard(optimizer);
    });

    it('never moves when it is static, and still counts', async () => {
      const { variables, loss } = light();
      const optimizer = wrap(tf.train.sgd(0.001), { lossScale: lossScale.staticLossScale(128) });
      for (const factor of [GOOD, BAD, BAD, GOOD]) optimizer.minimize(loss(factor), false, variables);
      expect(await optimizer.lossScaleState()).toStrictEqual({ scale: 128, goodSteps: 1, skippedInRow: 0, skipped: 2, applied: 2 });
      discard(optimizer);
    });

    it('is out of what the caller gets: the true loss, and gradients as they are without it', async () => {
      const weight = tf.tidy(() => tf.variable(tf.tensor1d([1, 2]), true, 'weight'));
      const optimizer = wrap(tf.train.sgd(0.25), { lossScale: lossScale.staticLossScale(2 ** 12) });
      const { value, grads } = optimizer.computeGradients(() => tf.sum(tf.square(weight)), [weight]);
      expect(await valueOf(value)).toStrictEqual([5]);
      expect(await valueOf(grads['weight']!)).toStrictEqual([2, 4]);
      optimizer.applyGradients(grads);
      const cost = optimizer.minimize(() => tf.sum(tf.square(weight)), true, [weight])!;
      expect(await valueOf(cost)).toStrictEqual([1.25]);
      expect(await valueOf(weight)).toStrictEqual([0.25, 0.5]);
      tf.dispose([value, grads, cost]);
      discard(optimizer);
    });
  });
}
