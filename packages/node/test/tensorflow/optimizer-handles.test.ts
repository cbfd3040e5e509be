import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FusedStepRequest } from '@halftone/autocast';
import { autocast, storageOf, toStorage } from '@halftone/autocast';
import { dynamicLossScale } from '@halftone/loss-scale';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import type { OptimizerDevice } from './optimizer-device.ts';
import { expectSame, gradientsOf, optimizerDevice, tensorOf, variableNumbers, variablesOf } from './optimizer-device.ts';

const dynamic = { lossScale: dynamicLossScale({ initialScale: 2 ** 12, growthInterval: 3 }), statusEvery: 1000 };
const RULE = { growthFactor: 2, backoffFactor: 0.5, growthInterval: 2, minScale: 1, maxScale: 2 ** 24, hysteresis: 1 };
const RATES = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const FACTORS = [1, NaN, 1, 2, 1, Infinity, 1, 1];

let device: OptimizerDevice;
let handlesBefore = 0;
let tensorsBefore = 0;
beforeEach(async () => {
  device = await optimizerDevice();
  handlesBefore = device.handles();
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  tf.disposeVariables();
  const after = [device.handles(), tf.memory().numTensors];
  device.handle.dispose();
  expect(after, 'what the test left behind').toEqual([handlesBefore, tensorsBefore]);
});

const wave = (shape: readonly number[], seed: number): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((size, length) => size * length, 1) }, (_, i) => Math.sin(i * 1.3 + seed)),
    [...shape],
  );
const bits = async (tensor: tf.Tensor): Promise<Float32Array> => Float32Array.from(await tensor.data<'float32'>());

/** A request of Adam for tensors made anew, whose gradients carry a scale of 1024. */
function request(shapes: readonly (readonly number[])[]): FusedStepRequest & { readonly all: tf.Tensor[] } {
  const variables = shapes.map((shape, index) => ({
    gradient: tf.tidy(() => tf.mul(wave(shape, index), 1024)),
    value: wave(shape, index + 20),
    slots: [wave(shape, index + 40), tf.tidy(() => tf.square(wave(shape, index + 60)))],
  }));
  const powers = [tf.scalar(0.5), tf.tensor1d([0.75])];
  const state = tf.tensor1d([1024, 1, 0, 3, 4, -1]);
  const all = [...variables.flatMap(({ gradient, value, slots }) => [gradient, value, ...slots]), ...powers, state];
  const verdict = { by: 'check', rule: RULE } as const;
  return { kind: 'adam', rates: RATES, variables, powers, clip: {}, state, unscale: true, verdict, all };
}

/** Takes a step and gives everything of it as tensors, in one list. */
function step(what: FusedStepRequest): { readonly made: tf.Tensor[]; readonly next: FusedStepRequest } {
  const { variables, powers, scale } = device.fused.step(what);
  const wrapped = variables.map(({ value, slots }) => ({ value: tensorOf(value), slots: slots.map(tensorOf) }));
  const movedPowers = powers.map(tensorOf);
  const [state, seed, applied] = scale === null ? [] : [scale.state, scale.seed, scale.applied!].map(tensorOf);
  const made = [
    ...wrapped.flatMap(({ value, slots }) => [value, ...slots]),
    ...movedPowers,
    ...(scale === null ? [] : [state!, seed!, applied!]),
  ];
  const next = wrapped.map((each, index) => ({ ...each, gradient: what.variables[index]!.gradient }));
  return { made, next: { ...what, variables: next, powers: movedPowers, state: state ?? null, seed: seed ?? null } };
}

describe('handles of fused steps', () => {
  it('old values and slots keep their numbers, asked for before the next step or after it', async () => {
    const first = request([[5, 3], [7], [], [300, 250]]);
    const before = await Promise.all(first.all.map(bits));
    const one = step(first);
    const early = await bits(one.made[0]!); // the first part has a handle of its own now, the others have none
    const clones = one.made.map((tensor) => tensor.clone());
    const two = step(one.next);
    const late = await Promise.all(one.made.map(bits));
    const three = step(two.next);
    expect(late[0]).toBeBitEqual(early);
    expectSame(await Promise.all(one.made.map(bits)), late);
    tf.dispose(one.made);
    expectSame(await Promise.all(clones.map(bits)), late); // clones outlive them
    expectSame(await Promise.all(first.all.map(bits)), before);
    expect((await bits(two.made[0]!))[0]).not.toBe(early[0]);
    tf.dispose([...first.all, ...clones, ...two.made, ...three.made]);
  });

  it('gradients stored in half are widened, unscaled ones stay', async () => {
    const wide = request([[5, 3], [7]]);
    const half = request([[5, 3], [7]]);
    const rounded = half.variables.map((each) => {
      const gradient = toStorage(each.gradient as tf.Tensor, 'float16');
      return { ...each, gradient };
    });
    const exact = wide.variables.map((each, index) => ({ ...each, gradient: toStorage(rounded[index]!.gradient, 'float32') }));
    const narrow = step({ ...half, variables: rounded });
    const same = step({ ...wide, variables: exact });
    expect(storageOf(narrow.made[0]!)).toBe('float32');
    expectSame(await Promise.all(narrow.made.map(bits)), await Promise.all(same.made.map(bits)));
    tf.dispose([...wide.all, ...half.all, ...narrow.made, ...same.made, ...[...rounded, ...exact].map(({ gradient }) => gradient)]);
  });

  it('a value whose storage was changed in between counts with its new numbers', async () => {
    const first = request([[5, 3], [7]]);
    const one = step(first);
    const { widen, toStorage: convert } = (await import('@halftone/autocast')).pluginFor('tensorflow')!;
    const halved = convert(one.made[0]!, 'float16'); // a rounded copy
    widen(halved.dataId);
    const value = tensorOf(halved);
    const [firstVariable, ...rest] = one.next.variables;
    const mixed = step({ ...one.next, variables: [{ ...firstVariable!, value }, ...rest] });
    const fresh = tf.tensor(await bits(value), [5, 3]);
    const wanted = step({ ...one.next, variables: [{ ...firstVariable!, value: fresh }, ...rest] });
    expectSame(await Promise.all(mixed.made.map(bits)), await Promise.all(wanted.made.map(bits)));
    tf.dispose([...first.all, ...one.made, value, fresh, ...mixed.made, ...wanted.made]);
  });

  it('a step that fails leaves everything as it was, and nothing behind', async () => {
    const shapes = [[5, 3], [7], [300, 250]];
    const whole = request(shapes);
    const before = await Promise.all(whole.all.map(bits));
    const wrong = tf.zeros([299]);
    tf.dispose([...whole.all, wrong].map((tensor) => tf.neg(tensor))); // all of them are uploaded
    const held = device.handles();
    const broken = whole.variables.map((each, index) => (index === 2 ? { ...each, slots: [each.slots[0]!, wrong] } : each));
    expect(() => device.fused.step({ ...whole, variables: broken })).toThrow();
    expect(device.handles()).toBe(held);
    wrong.dispose();
    expectSame(await Promise.all(whole.all.map(bits)), before);
    tf.dispose(whole.all);
  });

  it('firstNonFinite looks at the numbers with the scale and without it', async () => {
    const state = tf.tensor1d([2 ** -10, 0, 0, 0, 0, -1]); // 1 / scale is 1024
    const tensors = [tf.ones([3]), tf.tensor1d([1], 'int32'), tf.fill([2, 2], 2 ** 120), tf.scalar(Infinity)];
    const found = async (some: readonly tf.Tensor[], scale?: tf.Tensor): Promise<number> => {
      const index = tensorOf(device.fused.firstNonFinite(some, scale));
      const [value] = await index.data();
      index.dispose();
      return value as number;
    };
    expect(await found(tensors.slice(0, 3))).toBe(-1);
    expect(await found(tensors.slice(0, 3), state)).toBe(2);
    expect(await found(tensors)).toBe(3);
    expect(await found(tensors.slice(0, 2), state)).toBe(-1);
    tf.dispose([...tensors, state]);
  });

  it('training holds no more from step to step, and gives everything back', async () => {
    const variables = variablesOf();
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.01), dynamic);
    const turn = (): void => {
      for (const [index, factor] of FACTORS.entries()) {
        const gradients = gradientsOf(variables, index, factor);
        optimizer.applyGradients(gradients);
        tf.dispose([...gradients.map(({ tensor }) => tensor), ...variables.map((variable) => tf.neg(variable))]);
      }
    };
    turn();
    const early = [device.handles(), tf.memory().numTensors, tf.memory().numBytes];
    turn();
    turn();
    expect([device.handles(), tf.memory().numTensors, tf.memory().numBytes]).toEqual(early);
    const { numbers, saved } = { numbers: await variableNumbers(), saved: await optimizer.unwrap().getWeights() };
    expect(saved.length).toBe(1 + 2 * variables.length);
    expect(numbers.every((values) => values.every(Number.isFinite))).toBe(true);
    saved[0]!.tensor.dispose();
    optimizer.dispose();
  });

  it('halves of the weights are gone before the update makes its vectors, skipped or not', () => {
    const variables = variablesOf([
      [64, 64],
      [300, 250],
    ]);
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.01), dynamic);
    const cached = (): number => device.handle.memory().cachedHandles;
    for (const factor of [1, NaN]) {
      const gradients = gradientsOf(variables, 0, factor);
      for (const one of variables) tf.dispose(autocast('mixed_float16', () => tf.matMul(one as unknown as tf.Tensor2D, one, false, true)));
      expect(cached()).toBe(2);
      optimizer.applyGradients(gradients);
      expect(cached()).toBe(0);
      tf.dispose(gradients.map(({ tensor }) => tensor));
    }
    optimizer.dispose();
  });

  it('a step of sixty small variables is a fraction of the ops of op by op', () => {
    const shapes = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? [8, 8] : [8]));
    const ops = (['plain', 'fused'] as const).map((how) => {
      device.use(how);
      const variables = variablesOf(shapes);
      const optimizer = mixedPrecisionOptimizer(tf.train.adam(), dynamic);
      const gradients = gradientsOf(variables, 0, 1);
      const take = (): void => {
        optimizer.applyGradients(gradients);
        tf.dispose(variables.map((variable) => tf.neg(variable)));
      };
      take();
      take();
      const count = device.countOps(take) - variables.length;
      tf.dispose(gradients.map(({ tensor }) => tensor));
      optimizer.dispose();
      tf.disposeVariables();
      return count;
    });
    const [plain, fused] = ops as [number, number];
    expect(plain).toBeGreaterThan(25 * 60);
    expect(fused).toBeLessThanOrEqual(55 + 30 + 30); // and a reshape of each matrix there and back
  });

  it.each([[[3]], [[2, 2], []]])('a plug-in that is disposed in the middle leaves the same numbers: %j', async (...shapes) => {
    const list = [...shapes, [5, 3], [7], [300, 250]] as number[][];
    const train = async (leaves: 'leaves' | 'stays'): Promise<Float32Array[]> => {
      device.use('fused');
      const variables = variablesOf(list);
      const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.01), dynamic);
      for (const [index, factor] of FACTORS.entries()) {
        if (index === 4 && leaves === 'leaves') device.handle.dispose();
        const gradients = gradientsOf(variables, index, factor);
        optimizer.applyGradients(gradients);
        tf.dispose(gradients.map(({ tensor }) => tensor));
      }
      expect(optimizer.stepPath).toBe(leaves === 'leaves' ? 'no-plug-in' : 'fused');
      const numbers = await variableNumbers();
      expect(await optimizer.lastStep()).toMatchObject({ appliedSteps: 6, skipped: 2 });
      optimizer.dispose();
      tf.disposeVariables();
      return numbers;
    };
    const wanted = await train('stays');
    expectSame(await train('leaves'), wanted);
  });
});
