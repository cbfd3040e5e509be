import type * as TensorFlow from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Scaler } from './options.ts';
import type { Rig } from './rig.ts';

/** Loops of one's own: several losses and optimizers with one scale. */
export function describeScaler({ tf, policy, optimizer: api, lossScale, dynamic, bits, valueOf, discard }: Rig): void {
  interface Scene {
    readonly left: TensorFlow.Variable;
    readonly right: TensorFlow.Variable;
    readonly moving: TensorFlow.Variable;
    readonly scaler: Scaler;
    /** Gradients of one loss, the sum of squares; its forward pass adds `moves` to a statistic. */
    readonly grads: (variable: TensorFlow.Variable, how?: { factor?: number; moves?: number }) => TensorFlow.NamedTensorMap;
  }
  const make = (options: Parameters<typeof api.gradScaler>[0] = {}): Scaler =>
    api.gradScaler({ policy, lossScale: dynamic(), statusEvery: 1000, ...options });
  const lossOf =
    (variable: TensorFlow.Variable, factor = 1) =>
    (): TensorFlow.Scalar =>
      tf.sum(tf.mul(tf.square(variable), factor));

  function scene(options: Parameters<typeof make>[0] = {}): Scene {
    const left = tf.tidy(() => tf.variable(tf.tensor1d([1, 2]), true, 'left'));
    const right = tf.tidy(() => tf.variable(tf.scalar(3), true, 'right'));
    const moving = tf.tidy(() => tf.variable(tf.scalar(0), false, 'moving'));
    const scaler = make(options);
    const grads: Scene['grads'] = (variable, { factor = 1, moves = 0 } = {}) => {
      const found = scaler.variableGrads(() => {
        if (moves !== 0) tf.tidy(() => moving.assign(tf.add(moving, moves)));
        return lossOf(variable, factor)();
      }, [variable]);
      found.value.dispose();
      return found.grads;
    };
    return { left, right, moving, scaler, grads };
  }

  describe('a scaler', () => {
    it('returns the true loss and scaled gradients, unscales them, and runs the loop of three lines', async () => {
      const { left, scaler, grads } = scene();
      const optimizer = tf.train.sgd(0.25);
      const { value, grads: scaled } = scaler.variableGrads(lossOf(left), [left]);
      expect(await valueOf(value)).toStrictEqual([5]);
      expect(await valueOf(scaled['left']!)).toStrictEqual([2048, 4096]);
      const unscaled = scaler.unscale(scaled);
      expect(scaled['left']!.isDisposed).toBe(true);
      expect(await valueOf(unscaled['left']!)).toStrictEqual([2, 4]);
      scaler.apply(optimizer, unscaled);
      for (let index = 0; index < 2; index++) scaler.apply(optimizer, grads(left));
      expect(await valueOf(left)).toStrictEqual([0.125, 0.25]);
      expect(await scaler.lastStep()).toMatchObject({ step: 3, applied: true, goodSteps: 3, scale: 1024 });
      value.dispose();
      scaler.dispose();
      discard(optimizer);
    });

    it('skips only the optimizer whose gradients are bad, and moves the scale once for both', async () => {
      const { left, right, scaler, grads } = scene();
      const [first, second] = [tf.train.sgd(0.5), tf.train.adam(0.5)];
      scaler.step(first, grads(left));
      scaler.step(second, grads(right, { factor: Infinity }));
      scaler.update();
      expect([await valueOf(left), await valueOf(right)]).toStrictEqual([[0, 0], [3]]);
      expect(await scaler.lastStep()).toMatchObject({ step: 1, foundNonFinite: true, firstNonFinite: 'right', scale: 512, skipped: 1 });
      expect([first.iterations, second.iterations]).toStrictEqual([1, 0]);
      scaler.dispose();
      discard(first, second);
    });

    it('skipAll undoes the good optimizer too, also when the second loss saw its step', async () => {
      const { left, right, scaler, grads } = scene({ skipAll: true });
      const [first, second] = [tf.train.momentum(0.5, 0.9), tf.train.adam(0.5)];
      for (const factor of [1, NaN, 1]) {
        const before = await bits();
        scaler.step(first, grads(left, { moves: 1 }));
        const seen = scaler.variableGrads(() => tf.mul(tf.sum(tf.mul(left, right)), factor) as TensorFlow.Scalar, [right]);
        scaler.step(second, seen.grads);
        seen.value.dispose();
        scaler.update();
        const after = Object.fromEntries(Object.entries(await bits()).filter(([name]) => name in before)); // slots come with the first round
        if (Number.isNaN(factor)) expect(after).toStrictEqual(before);
        else expect(after).not.toStrictEqual(before);
      }
      await scaler.lastStep();
      expect([first.iterations, second.iterations]).toStrictEqual([2, 2]);
      scaler.dispose();
      discard(first, second);
    });

    it.each([
      [1, 1, 11],
      [1, NaN, 1],
      [NaN, 1, 0],
      [NaN, NaN, 0],
    ])('a statistic that two forward passes wrote (factors %d, %d) goes back as far as a bad one asks', async (one, two, expected) => {
      const { left, right, moving, scaler, grads } = scene();
      const optimizers = [tf.train.sgd(0.1), tf.train.sgd(0.1)] as const;
      const found = [grads(left, { factor: one, moves: 1 }), grads(right, { factor: two, moves: 10 })] as const;
      scaler.step(optimizers[0], found[0]);
      scaler.step(optimizers[1], found[1]);
      scaler.update();
      expect(await valueOf(moving)).toStrictEqual([expected]);
      scaler.dispose();
      discard(...optimizers);
    });

    it('adds micro-batches up with their scale and drops the window for a bad one', async () => {
      const { left, moving, scaler, grads } = scene();
      const optimizer = tf.train.sgd(0.125);
      for (const factors of [
        [1, 1],
        [1, NaN],
        [1, 1],
      ] as const) {
        let total: TensorFlow.NamedTensorMap | null = null;
        for (const factor of factors) total = scaler.accumulate(total, grads(left, { factor, moves: 1 }));
        scaler.apply(optimizer, total!);
      }
      expect([await valueOf(left), await valueOf(moving)]).toStrictEqual([[0.25, 0.5], [4]]);
      scaler.dispose();
      discard(optimizer);
    });

    it('splits the gradients of one loss between two optimizers', async () => {
      const { left, right, scaler } = scene();
      const [first, second] = [tf.train.sgd(0.5), tf.train.sgd(0.25)];
      const both = scaler.variableGrads(() => tf.add(lossOf(left)(), lossOf(right)()) as TensorFlow.Scalar, [left, right]);
      scaler.step(first, { left: both.grads['left']! });
      scaler.step(second, { right: both.grads['right']! });
      scaler.update();
      expect([await valueOf(left), await valueOf(right)]).toStrictEqual([[0, 0], [1.5]]);
      both.value.dispose();
      scaler.dispose();
      discard(first, second);
    });

    it('takes gradients that were changed after unscale, and does not let a change hide what was bad', async () => {
      const { left, scaler, grads } = scene();
      const optimizer = tf.train.sgd(1);
      const halved = (map: TensorFlow.NamedTensorMap): TensorFlow.NamedTensorMap => {
        const changed = { left: tf.tidy(() => tf.clipByValue(tf.mul(map['left']!, 0.5), -1, 1)) };
        tf.dispose(map);
        return changed;
      };
      scaler.apply(optimizer, halved(scaler.unscale(grads(left))), { gradients: 'unscaled' });
      scaler.apply(optimizer, halved(scaler.unscale(grads(left, { factor: Infinity }))), { gradients: 'unscaled' });
      expect(await valueOf(left)).toStrictEqual([0, 1]);
      expect((await scaler.lossScaleState()).skipped).toBe(1);
      scaler.dispose();
      discard(optimizer);
    });

    it("takes gradients of tfjs's own functions of a loss that scale() lifted, and clips them", async () => {
      const { left, scaler } = scene();
      const optimizer = tf.train.sgd(0.25);
      const { value, grads } = tf.variableGrads(() => scaler.scale(lossOf(left)()), [left]);
      expect(await valueOf(value)).toStrictEqual([5 * 1024]);
      scaler.step(optimizer, grads, { gradients: 'scaled', clipValue: 2 });
      scaler.update();
      expect(await valueOf(left)).toStrictEqual([0.5, 1.5]);
      value.dispose();
      scaler.dispose();
      discard(optimizer);
    });

    it('goes on from JSON in a new scaler, and gives up as the wrapper does', async () => {
      const { left, scaler, grads } = scene({ lossScale: lossScale.staticLossScale(8, { maxConsecutiveSkips: 2 }) });
      const optimizer = tf.train.sgd(0.25);
      scaler.apply(optimizer, grads(left, { factor: NaN }));
      const state = await scaler.lossScaleState();
      const again = make({ lossScale: lossScale.staticLossScale(8, { maxConsecutiveSkips: 2 }) });
      again.restore(JSON.parse(JSON.stringify(scaler)) as ReturnType<Scaler['toJSON']>);
      expect(await again.lossScaleState()).toStrictEqual(state);
      expect(state).toStrictEqual({ scale: 8, goodSteps: 0, skippedInRow: 1, skipped: 1, applied: 0 });
      const { value, grads: bad } = again.variableGrads(lossOf(left, NaN), [left]);
      again.apply(optimizer, bad);
      value.dispose();
      await again.lastStep();
      expect(() => again.variableGrads(lossOf(left), [left])).toThrow(/too many steps skipped in a row.*left/);
      scaler.dispose();
      again.dispose();
      discard(optimizer);
    });
  });
}
