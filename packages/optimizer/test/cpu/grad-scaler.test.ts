import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamicLossScale, noLossScale, staticLossScale, StepOrderError } from '@halftone/loss-scale';
import type { GradScaler, GradScalerOptions } from '../../src/index.ts';
import { gradScaler } from '../../src/index.ts';
import { variableBits } from '../optimizers.ts';
import { countReadbacks } from '../readbacks.ts';

let left: tf.Variable;
let right: tf.Variable;
let moving: tf.Variable;
let tensors = 0;

const loss =
  (variable: tf.Variable, factor = 1) =>
  (): tf.Scalar =>
    tf.sum(tf.mul(tf.square(variable), factor));

/** Gradients of one loss; its forward pass adds `moves` to a moving statistic. */
function grads(scaler: GradScaler, variable: tf.Variable, { factor = 1, moves = 0 } = {}): tf.NamedTensorMap {
  const result = scaler.variableGrads(() => {
    if (moves !== 0) tf.tidy(() => moving.assign(tf.add(moving, moves)));
    return loss(variable, factor)();
  }, [variable]);
  result.value.dispose();
  return result.grads;
}

const make = (options: GradScalerOptions = {}): GradScaler =>
  gradScaler({ lossScale: dynamicLossScale({ initialScale: 1024 }), ...options });

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof StepOrderError ? error.reason : String(error);
  }
  return 'no error';
}

describe('gradScaler', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
    tensors = tf.memory().numTensors;
    left = tf.tidy(() => tf.variable(tf.tensor1d([1, 2]), true, 'left'));
    right = tf.tidy(() => tf.variable(tf.scalar(3), true, 'right'));
    moving = tf.tidy(() => tf.variable(tf.scalar(0), false, 'moving'));
  });
  afterEach(() => {
    tf.disposeVariables();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it.each(['cpu', 'wasm'])('runs the plain loop of three lines (%s)', async (backend) => {
    await tf.setBackend(backend);
    const scaler = make();
    const optimizer = tf.train.sgd(0.25);
    const reads = countReadbacks();
    for (let index = 0; index < 3; index++) {
      const result = scaler.variableGrads(loss(left), [left]);
      scaler.apply(optimizer, result.grads);
      result.value.dispose();
    }
    expect(reads.count()).toBe(0);
    reads.stop();
    expect([...left.dataSync()]).toStrictEqual([0.125, 0.25]);
    expect(await scaler.lastStep()).toMatchObject({ step: 3, applied: true, goodSteps: 3, scale: 1024 });
    scaler.dispose();
    optimizer.dispose();
  });

  it('returns the true loss and scaled gradients', () => {
    const scaler = make();
    const { value, grads: scaled } = scaler.variableGrads(loss(left), [left]);
    expect(value.dataSync()[0]).toBe(5);
    expect([...scaled['left']!.dataSync()]).toStrictEqual([2048, 4096]);
    const unscaled = scaler.unscale(scaled);
    expect(scaled['left']!.isDisposed).toBe(true);
    expect([...unscaled['left']!.dataSync()]).toStrictEqual([2, 4]);
    tf.dispose([value, unscaled]);
    scaler.dispose();
  });

  it('skips only the optimizer whose gradients are bad and moves the scale once', async () => {
    const scaler = make();
    const [first, second] = [tf.train.sgd(0.5), tf.train.adam(0.5)];
    scaler.step(first, grads(scaler, left));
    scaler.step(second, grads(scaler, right, { factor: Infinity }));
    scaler.update();
    expect([...left.dataSync()]).toStrictEqual([0, 0]);
    expect(right.dataSync()[0]).toBe(3);
    expect(await scaler.lastStep()).toMatchObject({ step: 1, foundNonFinite: true, firstNonFinite: 'right', scale: 512, skipped: 1 });
    expect(second.iterations).toBe(0);
    for (const optimizer of [first, second, scaler]) optimizer.dispose();
  });

  it('skipAll undoes the good optimizer too, also when the second loss saw its step', async () => {
    const scaler = make({ skipAll: true });
    const [first, second] = [tf.train.momentum(0.5, 0.9), tf.train.adam(0.5)];
    for (const factor of [1, NaN, 1]) {
      const before = variableBits();
      scaler.step(first, grads(scaler, left, { moves: 1 }));
      const seen = scaler.variableGrads(() => tf.mul(tf.sum(tf.mul(left, right)), factor), [right]);
      scaler.step(second, seen.grads);
      seen.value.dispose();
      scaler.update();
      const slots = new Set(Object.keys(variableBits()).filter((name) => before[name] === undefined));
      if (Number.isNaN(factor)) expect(variableBits(slots)).toStrictEqual(before);
      else expect(variableBits(slots)).not.toStrictEqual(before);
    }
    await scaler.lastStep();
    expect([first.iterations, second.iterations]).toStrictEqual([2, 2]);
    tf.dispose((first as unknown as { c: tf.Tensor }).c);
    for (const optimizer of [first, second, scaler]) optimizer.dispose();
  });

  it.each([
    [1, 1, 11],
    [1, NaN, 1],
    [NaN, 1, 0],
    [NaN, NaN, 0],
  ])('a statistic that two forward passes wrote (factors %d, %d) goes back as far as a bad one asks', (one, two, expected) => {
    const scaler = make();
    const optimizers = [tf.train.sgd(0.1), tf.train.sgd(0.1)] as const;
    const of = [grads(scaler, left, { factor: one, moves: 1 }), grads(scaler, right, { factor: two, moves: 10 })] as const;
    scaler.step(optimizers[0], of[0]);
    scaler.step(optimizers[1], of[1]);
    scaler.update();
    expect(moving.dataSync()[0]).toBe(expected);
    for (const optimizer of [...optimizers, scaler]) optimizer.dispose();
  });

  it('keeps a statistic whose gradients were never used', () => {
    const scaler = make();
    const optimizer = tf.train.sgd(0.1);
    tf.dispose(grads(scaler, left, { factor: NaN, moves: 1 }));
    scaler.apply(optimizer, grads(scaler, right));
    expect(moving.dataSync()[0]).toBe(1);
    scaler.dispose();
    optimizer.dispose();
  });

  it('adds micro-batches up with their scale and drops the window for a bad one', () => {
    const scaler = make();
    const optimizer = tf.train.sgd(0.125);
    for (const factors of [
      [1, 1],
      [1, NaN],
      [1, 1],
    ] as const) {
      let total: tf.NamedTensorMap | null = null;
      for (const factor of factors) total = scaler.accumulate(total, grads(scaler, left, { factor, moves: 1 }));
      scaler.apply(optimizer, total!);
    }
    expect([...left.dataSync()]).toStrictEqual([0.25, 0.5]);
    expect(moving.dataSync()[0]).toBe(4);
    scaler.dispose();
    optimizer.dispose();
  });

  it('splits the gradients of one loss between two optimizers', () => {
    const scaler = make();
    const [first, second] = [tf.train.sgd(0.5), tf.train.sgd(0.25)];
    const { value, grads: both } = scaler.variableGrads(() => tf.add(loss(left)(), loss(right)()), [left, right]);
    scaler.step(first, { left: both['left']! });
    scaler.step(second, { right: both['right']! });
    scaler.update();
    expect([...left.dataSync(), ...right.dataSync()]).toStrictEqual([0, 0, 1.5]);
    value.dispose();
    for (const optimizer of [first, second, scaler]) optimizer.dispose();
  });

  it('takes gradients that were changed after unscale, and does not let a change hide what was bad', async () => {
    const scaler = make();
    const optimizer = tf.train.sgd(1);
    const half = (map: tf.NamedTensorMap): tf.NamedTensorMap => {
      const result = { left: tf.tidy(() => tf.clipByValue(tf.mul(map['left']!, 0.5), -1, 1)) };
      tf.dispose(map);
      return result;
    };
    scaler.apply(optimizer, half(scaler.unscale(grads(scaler, left))), { gradients: 'unscaled' });
    expect([...left.dataSync()]).toStrictEqual([0, 1]);
    scaler.apply(optimizer, half(scaler.unscale(grads(scaler, left, { factor: Infinity }))), { gradients: 'unscaled' });
    expect([...left.dataSync()]).toStrictEqual([0, 1]);
    expect((await scaler.lossScaleState()).skipped).toBe(1);
    scaler.dispose();
    optimizer.dispose();
  });

  it("takes gradients of tfjs's own functions of a loss that scale() lifted", () => {
    const scaler = make();
    const optimizer = tf.train.sgd(0.25);
    const { value, grads: scaled } = tf.variableGrads(() => scaler.scale(loss(left)()), [left]);
    expect(value.dataSync()[0]).toBe(5 * 1024);
    expect(reasonOf(() => scaler.step(optimizer, scaled))).toMatch(/'left'|for left.*did not make.*gradients: 'scaled'/);
    scaler.step(optimizer, scaled, { gradients: 'scaled' });
    scaler.update();
    expect([...left.dataSync()]).toStrictEqual([0.5, 1]);
    value.dispose();
    scaler.dispose();
    optimizer.dispose();
  });

  it('names the call that is missing or out of place', () => {
    const scaler = make();
    const optimizer = tf.train.sgd(0.25);
    const one = tf.scalar(1);
    expect(reasonOf(() => scaler.update())).toBe('not-scaled');
    expect(reasonOf(() => scaler.unscale({ right: one }))).toBe('not-scaled');
    expect(reasonOf(() => scaler.step(optimizer, { right: one }, { gradients: 'scaled' }))).toBe('not-scaled');
    const first = grads(scaler, left);
    expect(reasonOf(() => scaler.update())).toBe('nothing-checked');
    const unscaled = scaler.unscale(first);
    expect(reasonOf(() => scaler.unscale(unscaled))).toBe('unscaled-twice');
    expect(reasonOf(() => scaler.unscale(first))).toBe('unscaled-twice');
    expect(reasonOf(() => scaler.step(optimizer, first))).toMatch(/disposed.*go on with the map that they return/);
    const second = grads(scaler, right);
    expect(reasonOf(() => scaler.step(optimizer, { ...unscaled, ...second }))).toMatch(/all scaled or all unscaled, got both/);
    expect(reasonOf(() => scaler.step(optimizer, unscaled, { gradients: 'scaled' }))).toMatch(/all scaled or all unscaled/);
    scaler.step(optimizer, unscaled);
    expect(reasonOf(() => scaler.unscale(unscaled))).toBe('unscaled-after-step');
    expect(reasonOf(() => scaler.step(optimizer, second))).toBe('stepped-twice');
    scaler.update();
    expect(reasonOf(() => scaler.step(optimizer, second))).toMatch(/before the update\(\).*Call variableGrads\(\) again/);
    tf.dispose([one, second]);
    scaler.dispose();
    optimizer.dispose();
  });

  it('does nothing for an optimizer without gradients, and says so', async () => {
    const scaler = make();
    const [first, second] = [tf.train.adam(), tf.train.sgd(0.25)];
    scaler.step(first, {});
    scaler.update();
    expect(await scaler.lastStep()).toMatchObject({ outcome: 'no-gradients', applied: false, step: 0 });
    scaler.step(first, { left: null as unknown as tf.Tensor });
    scaler.step(second, grads(scaler, left));
    scaler.update();
    expect(await scaler.lastStep()).toMatchObject({ outcome: 'applied', step: 1 });
    expect(first.iterations).toBe(0);
    for (const optimizer of [first, second, scaler]) optimizer.dispose();
  });

  it('sets the scale by hand within its bounds', async () => {
    const scaler = make();
    tf.dispose(grads(scaler, left));
    scaler.update(4);
    expect(await scaler.lossScaleState()).toStrictEqual({ scale: 4, goodSteps: 0, skippedInRow: 0, skipped: 0, applied: 0 });
    for (const bad of [0, NaN, -1, 2 ** 60]) expect(() => scaler.update(bad)).toThrow(/set by hand must be from/);
    scaler.dispose();
  });

  it('is plain tfjs without a scale', async () => {
    const scaler = gradScaler({ lossScale: noLossScale() });
    const optimizer = tf.train.sgd(0.25);
    const { value, grads: plain } = scaler.variableGrads(loss(left), [left]);
    expect([...plain['left']!.dataSync()]).toStrictEqual([2, 4]);
    expect(scaler.unscale(plain)).toStrictEqual(plain);
    scaler.step(optimizer, plain, { clipValue: 2 });
    scaler.update();
    expect([...left.dataSync()]).toStrictEqual([0.5, 1.5]);
    const scaled = scaler.scale(value);
    expect(scaled.dataSync()[0]).toBe(5);
    expect(await scaler.lastStep()).toMatchObject({ step: 1, applied: true, scale: 1 });
    tf.dispose([value, scaled]);
    scaler.dispose();
    optimizer.dispose();
  });

  it('goes on from JSON in a new scaler', async () => {
    const scaler = make();
    const optimizer = tf.train.sgd(0.25);
    scaler.apply(optimizer, grads(scaler, left, { factor: NaN }));
    const state = await scaler.lossScaleState();
    const again = make();
    again.restore(JSON.parse(JSON.stringify(scaler)) as ReturnType<GradScaler['toJSON']>);
    expect(await again.lossScaleState()).toStrictEqual(state);
    expect(state.scale).toBe(512);
    for (const each of [scaler, again, optimizer]) each.dispose();
  });

  it('gives up as the wrapper does', async () => {
    const scaler = make({ lossScale: staticLossScale(8, { maxConsecutiveSkips: 2 }) });
    const optimizer = tf.train.sgd(0.25);
    for (let index = 0; index < 2; index++) scaler.apply(optimizer, grads(scaler, left, { factor: NaN }));
    await scaler.lastStep();
    expect(() => grads(scaler, left)).toThrow(/too many steps skipped in a row.*left/);
    scaler.dispose();
    optimizer.dispose();
  });

  it('refuses a policy that does not exist', () => {
    expect(() => gradScaler({ policy: 'mixed_flaot16' })).toThrow(/mixed_float16/);
  });

  it('holds the same number of tensors after round 5 and after round 200', async () => {
    const scaler = make({ skipAll: true, statusEvery: 3, lossScale: dynamicLossScale({ growthInterval: 3 }) });
    const [first, second] = [tf.train.adam(), tf.train.rmsprop(0.01)];
    let after5 = 0;
    for (let index = 1; index <= 200; index++) {
      scaler.step(first, grads(scaler, left, { factor: index % 7 === 0 ? NaN : 1, moves: 1 }), { clipNorm: 1 });
      const map = scaler.unscale(grads(scaler, right, { moves: 1 }));
      scaler.step(second, map);
      scaler.update();
      if (index === 5 || index % 50 === 0) await scaler.lastStep();
      if (index === 5) after5 = tf.memory().numTensors;
    }
    expect(tf.memory().numTensors).toBe(after5);
    for (const each of [scaler, first, second]) each.dispose();
  });
});
