import type * as TensorFlow from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { innerOptimizers } from './inner-optimizers.ts';
import type { ScaleMachine } from './options.ts';
import { BAD, GOOD, MODEL, TOO_LARGE, type Rig } from './rig.ts';

interface Run {
  readonly all: readonly (readonly number[])[];
  readonly model: readonly unknown[];
}

/** A step that is skipped never happened. */
export function describeSkip(rig: Rig): void {
  const { tf, policy, lossScale, wrap, problem, light, bits, discard } = rig;

  const modelOf = (found: Readonly<Record<string, unknown>>): readonly unknown[] => MODEL.map((name) => found[name]);

  describe('a step that is not finite', () => {
    it.each(Object.entries(innerOptimizers(rig)))(
      '%s: changes no bit of weights, slots, counters and moving statistics, and good ones go on as if it had not been',
      async (_name, make) => {
        const run = async (factors: readonly number[], scale: ScaleMachine): Promise<Run> => {
          const { variables, loss } = problem();
          const optimizer = wrap(make(), { lossScale: scale });
          for (const factor of factors) optimizer.minimize(loss(factor), false, variables);
          const before = await bits();
          for (const factor of [BAD, TOO_LARGE]) optimizer.minimize(loss(factor), false, variables);
          const after = await bits();
          expect(after).toStrictEqual(before);
          expect(await optimizer.lastStep()).toMatchObject({ applied: false, foundNonFinite: true, step: factors.length + 2 });
          expect(optimizer.iterations).toBe(3);
          discard(optimizer);
          tf.disposeVariables();
          return { all: Object.values(after), model: modelOf(after) };
        };
        const scale = lossScale.staticLossScale(2 ** 10);
        const clean = await run([GOOD, GOOD, GOOD], scale);
        expect(await run([BAD, GOOD, TOO_LARGE, BAD, GOOD, GOOD], scale)).toStrictEqual(clean);
        if (policy !== 'float32') return; // in half, the scale is what keeps small gradients
        const { variables, loss } = problem();
        const bare = make();
        for (let step = 0; step < 3; step++) bare.minimize(loss(GOOD), false, variables);
        expect(modelOf(await bits())).toStrictEqual(clean.model);
        discard(bare);
      },
    );

    it.each([Infinity, -Infinity, NaN])('is known by a single %d among many numbers, and the report names its variable', async (value) => {
      const values = new Float32Array(5000).fill(1);
      values[4321] = value;
      const weight = tf.tidy(() => tf.variable(tf.ones([5000]), true, 'weight'));
      const other = tf.tidy(() => tf.variable(tf.scalar(1), true, 'other'));
      const factor = tf.tensor1d(values);
      const optimizer = wrap(tf.train.sgd(1), { lossScale: lossScale.staticLossScale(1) });
      const loss = (): TensorFlow.Scalar => tf.add(other, tf.sum(tf.mul(weight, factor))) as TensorFlow.Scalar;
      optimizer.minimize(loss, false, [other, weight]);
      expect(await optimizer.lastStep()).toMatchObject({ applied: false, firstNonFinite: 'weight' });
      discard(optimizer);
      factor.dispose();
    });

    it('gives statistics back that the forward pass of its computeGradients wrote, when applyGradients finds it', async () => {
      const { variables, loss } = light();
      const optimizer = wrap(tf.train.sgd(0.1));
      const before = await bits();
      for (const factor of [BAD, GOOD]) {
        const { value, grads } = optimizer.computeGradients(loss(factor), variables);
        expect(await bits()).not.toStrictEqual(before);
        optimizer.applyGradients(grads);
        if (factor === GOOD) expect(await bits()).not.toStrictEqual(before);
        else expect(await bits()).toStrictEqual(before);
        tf.dispose([value, grads]);
      }
      discard(optimizer);
    });

    it('is one whose scaled gradient overflows, or whose unscaled one does under a scale below 1', async () => {
      const weight = tf.tidy(() => tf.variable(tf.scalar(3), true, 'weight'));
      for (const [scale, factors] of [
        [2 ** 20, [2 ** 110]],
        [2 ** -10, [2 ** 100, 2 ** 30]],
      ] as const) {
        const optimizer = wrap(tf.train.sgd(1), { lossScale: lossScale.staticLossScale(scale) });
        const loss = (): TensorFlow.Scalar =>
          factors.reduce<TensorFlow.Tensor>((value, factor) => tf.mul(value, factor), weight) as TensorFlow.Scalar;
        optimizer.minimize(loss, false, [weight]);
        expect(await optimizer.lastStep()).toMatchObject({ applied: false, firstNonFinite: 'weight' });
        discard(optimizer);
      }
      expect(await rig.valueOf(weight)).toStrictEqual([3]);
    });
  });
}
