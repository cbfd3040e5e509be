import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamicLossScale, noLossScale, StepOrderError } from '@halftone/loss-scale';
import type { GradScaler, GradScalerOptions } from '../../src/index.ts';
import { gradScaler } from '../../src/index.ts';

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

  it('keeps a statistic whose gradients were never used', () => {
    const scaler = make();
    const optimizer = tf.train.sgd(0.1);
    tf.dispose(grads(scaler, left, { factor: NaN, moves: 1 }));
    scaler.apply(optimizer, grads(scaler, right));
    expect(moving.dataSync()[0]).toBe(1);
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

  it('refuses a policy that does not exist', () => {
    expect(() => gradScaler({ policy: 'mixed_flaot16' })).toThrow(/mixed_float16/);
  });
});
