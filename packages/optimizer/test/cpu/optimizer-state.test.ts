import type { Optimizer } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, afterEach, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import { dynamicLossScale, noLossScale } from '@halftone/loss-scale';
import { adamW, gradScaler, lamb, mixedPrecisionOptimizer, optimizerState, setOptimizerState } from '../../src/index.ts';

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

const makers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9, true),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.1),
  rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-7, true),
  adamW: () => adamW(0.01),
  lamb: () => lamb(0.01),
};

/** Two weights; the second has no gradient in the first step, so that slots come in holes. */
function problem(): { readonly a: tf.Variable; readonly b: tf.Variable; step(optimizer: Optimizer): void } {
  const a = tf.variable(tf.tensor1d([0.3, -0.7, 1.1]));
  const b = tf.variable(tf.tensor1d([0.9, 0.1, -0.4]));
  const step = (optimizer: Optimizer): void =>
    void optimizer.minimize(() => tf.sum(tf.square(tf.sub(tf.mul(a, b), 0.37))) as tf.Scalar, false, [a, b]);
  return { a, b, step };
}

describe.each(Object.entries(makers))('%s', (_, make) => {
  it('goes on from a saved state bit for bit', async () => {
    const first = problem();
    const optimizer = make();
    for (let step = 0; step < 7; step++) first.step(optimizer);
    const { slots, powers, iterations, learningRate } = optimizerState(optimizer);
    const saved = {
      iterations,
      learningRate,
      slots: slots.map(({ variable, ...slot }) => ({ ...slot, value: variable.clone() })),
      powers: powers.map(({ name, variable }) => ({ name, value: variable.clone() })),
    };
    const [a, b] = [first.a.clone(), first.b.clone()];
    for (let step = 0; step < 5; step++) first.step(optimizer);

    const second = problem();
    second.a.assign(a);
    second.b.assign(b);
    const restored = make();
    setOptimizerState(restored, saved);
    expect(restored.iterations).toBe(7);
    for (let step = 0; step < 5; step++) second.step(restored);
    expect(second.a.dataSync()).toBeBitEqual(first.a.dataSync());
    expect(second.b.dataSync()).toBeBitEqual(first.b.dataSync());
  });
});

it('refuses a list and a power that the optimizer does not keep, before anything changes', () => {
  const adam = tf.train.adam(0.5);
  const one = tf.scalar(1);
  const slot = { list: 'accumulations', index: 0, originalName: 'w/m', value: one };
  expect(() => setOptimizerState(adam, { iterations: 9, slots: [slot], powers: [] })).toThrow(/Make the optimizer of the class/);
  expect(() => setOptimizerState(adam, { iterations: 9, slots: [], powers: [{ name: 'beta', value: one }] })).toThrow(
    /Make the optimizer of/,
  );
  expect(adam.iterations).toBe(0);
});

describe('afterStep', () => {
  const verdicts = async (applied: readonly (tf.Tensor | null)[]): Promise<(boolean | null)[]> =>
    Promise.all(applied.map(async (flag) => (flag === null ? null : (await flag.data())[0] === 1)));

  it('tells of each update of a wrapper, skipped ones as such', async () => {
    const { a, step } = problem();
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(), { lossScale: dynamicLossScale() });
    const seen: (tf.Tensor | null)[] = [];
    const off = optimizer.afterStep(({ applied }) => seen.push(applied === null ? null : tf.keep(applied.clone())));
    step(optimizer);
    optimizer.minimize(() => tf.mul(tf.sum(a), Infinity) as tf.Scalar, false, [a]);
    off();
    step(optimizer);
    expect(await verdicts(seen)).toEqual([true, false]);
    tf.dispose(seen as tf.Tensor[]);
  });

  it('says null where nothing is scaled, and tells once a window', () => {
    const { step } = problem();
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(0.1), { lossScale: noLossScale(), accumulate: 2 });
    const seen: unknown[] = [];
    optimizer.afterStep(({ applied }) => seen.push(applied));
    step(optimizer);
    expect(seen).toEqual([]);
    expect(optimizer.unfinished).toBe('1 of 2 micro-batches of an open window');
    step(optimizer);
    expect(seen).toEqual([null]);
    expect(optimizer.unfinished).toBe(null);
  });

  it('tells of each optimizer of a round at its update', async () => {
    const { a, b } = problem();
    const scaler = gradScaler();
    const [first, second] = [tf.train.sgd(0.1), tf.train.adam()];
    const seen: [Optimizer, tf.Tensor | null][] = [];
    scaler.afterStep(({ optimizer, applied }) => seen.push([optimizer, applied && tf.keep(applied.clone())]));
    scaler.step(first, scaler.variableGrads(() => tf.sum(tf.square(a)) as tf.Scalar, [a]).grads);
    scaler.step(second, scaler.variableGrads(() => tf.mul(tf.sum(b), Infinity) as tf.Scalar, [b]).grads);
    expect(scaler.unfinished).toBe('a round without its update()');
    scaler.update();
    expect(scaler.unfinished).toBe('steps that the host has not heard of');
    await scaler.lossScaleState();
    expect(scaler.unfinished).toBe(null);
    expect(seen.map(([optimizer]) => optimizer)).toEqual([first, second]);
    expect(await verdicts(seen.map(([, applied]) => applied))).toEqual([true, false]);
    scaler.dispose();
  });

  it('tells of plain rounds at their update', () => {
    const { a } = problem();
    const scaler = gradScaler({ lossScale: noLossScale() });
    const seen: unknown[] = [];
    const off = scaler.afterStep(({ applied }) => seen.push(applied));
    scaler.apply(tf.train.sgd(0.1), scaler.variableGrads(() => tf.sum(tf.square(a)) as tf.Scalar, [a]).grads);
    off();
    scaler.apply(tf.train.sgd(0.1), scaler.variableGrads(() => tf.sum(tf.square(a)) as tf.Scalar, [a]).grads);
    expect(seen).toEqual([null]);
  });
});
