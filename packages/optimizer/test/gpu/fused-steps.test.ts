import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dynamicLossScale, staticLossScale } from '@halftone/loss-scale';
import { requireOrSkip } from '@halftone/testing';
import '@halftone/testing/matchers';
import type { GpuMeter } from '@halftone/testing/meter';
import { installGpuMeter } from '@halftone/testing/meter';
import { dawn } from '@halftone/testing/dawn';
import { adamW, gradScaler, lamb, mixedPrecisionOptimizer } from '../../src/index.ts';
import type { MixedPrecisionOptimizer, MixedPrecisionOptions } from '../../src/index.ts';
import { OPTIMIZERS } from '../optimizers.ts';
import type { FusedDevice } from './fused-device.ts';
import { fusedDevice, problem, variableNumbers } from './fused-device.ts';

const vulkan = await requireOrSkip('vulkan');

const KINDS: Readonly<Record<string, () => tf.Optimizer>> = {
  ...OPTIMIZERS,
  rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-14, true), // tfjs takes epsilon away under the root: a larger one makes NaN of honest gradients
  plainMomentum: () => tf.train.momentum(0.05, 0.9),
  plainRmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5),
  adamW: () => adamW(0.01, { weightDecay: 0.1 }),
  lamb: () => lamb(0.01),
};

/** A trajectory: 1 is a good step, NaN a bad one, 2^126 one that overflows. */
const FACTORS = [NaN, 1, 2 ** 126, 1, 1, NaN, NaN, 1, 1, 1, 1, 1, 2 ** 126, 1];

let device: FusedDevice;
let meter: GpuMeter;

/** Runs a trajectory and gives all variables after it: weights, statistics, slots, powers. */
async function trajectory(
  limit: number | 'off',
  make: () => tf.Optimizer,
  options: MixedPrecisionOptions,
  factors: readonly number[] = FACTORS,
): Promise<{ numbers: Float32Array[]; state: object; path: MixedPrecisionOptimizer['stepPath']; iterations: number }> {
  device.fuse(limit);
  const { variables, loss, dispose } = problem();
  const optimizer = mixedPrecisionOptimizer(make(), { statusEvery: 1000, ...options });
  for (const factor of factors) {
    const tensor = tf.scalar(factor);
    optimizer.minimize(loss(tensor), false, variables);
    tensor.dispose();
  }
  const report = await optimizer.lastStep();
  const result = { numbers: await variableNumbers(), state: report, path: optimizer.stepPath, iterations: optimizer.iterations };
  optimizer.dispose();
  dispose();
  tf.disposeVariables();
  return result;
}

/** Every variable of two trajectories: equal bits. */
function expectSame(found: readonly Float32Array[], wanted: readonly Float32Array[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [index, numbers] of found.entries()) expect(numbers, `variable ${index}`).toBeBitEqual(wanted[index]!);
}

/** Every variable within so many ulps of the largest number in it. */
function expectNear(found: readonly Float32Array[], wanted: readonly Float32Array[], ulps: number): void {
  expect(found.length).toBe(wanted.length);
  for (const [index, numbers] of found.entries()) {
    const reference = wanted[index]!;
    const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [at, value] of numbers.entries()) {
      expect(Math.abs(value - reference[at]!), `variable ${index}[${at}]: ${value} against ${reference[at]}`).toBeLessThanOrEqual(ulps * largest * 2 ** -23);
    }
  }
}

describe.skipIf(!vulkan.available)('fused steps, with nothing else fused', () => {
  beforeAll(async () => {
    await dawn();
    meter = installGpuMeter();
    device = await fusedDevice('off');
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
    device.handle.dispose();
    meter.uninstall();
  });
  afterEach(() => tf.disposeVariables());

  const dynamic = { lossScale: dynamicLossScale({ growthInterval: 3, initialScale: 2 ** 12 }) };

  it.each(Object.entries(KINDS))('%s: scaled steps with skips are those of op by op, for 8 and for 16 buffers', async (name, make) => {
    const plain = await trajectory('off', make, dynamic);
    expect(plain.path).toBe('no-plug-in');
    for (const limit of [8, 16]) {
      const fused = await trajectory(limit, make, dynamic);
      expect(fused.path).toBe('fused');
      expect(fused.state).toMatchObject({ appliedSteps: 9, skipped: 5 });
      expect(fused.state).toStrictEqual(plain.state);
      expect(fused.iterations).toBe(plain.iterations);
      if (name === 'lamb') expectNear(fused.numbers, plain.numbers, 64);
      else expectSame(fused.numbers, plain.numbers);
    }
  });

  it.each(['adam', 'sgd', 'lamb'])('%s without a scale takes the bare steps', async (name) => {
    const options = { policy: 'float32' };
    const good = [1, 0.5, 2, 1];
    const plain = await trajectory('off', KINDS[name]!, options, good);
    const fused = await trajectory(16, KINDS[name]!, options, good);
    expect(fused.path).toBe('fused');
    if (name === 'lamb') expectNear(fused.numbers, plain.numbers, 64);
    else expectSame(fused.numbers, plain.numbers);
  });

  it.each([{ clipNorm: 0.05 }, { clipVariableNorm: 0.02 }, { clipValue: 0.01 }])('clips as op by op does: %o', async (clip) => {
    for (const lossScale of [dynamic.lossScale, undefined]) {
      const options = lossScale === undefined ? { ...clip, policy: 'float32' } : { ...clip, lossScale };
      const factors = lossScale === undefined ? [1, 1, 1] : FACTORS;
      const plain = await trajectory('off', KINDS['plainMomentum']!, options, factors);
      for (const limit of [8, 16]) {
        const fused = await trajectory(limit, KINDS['plainMomentum']!, options, factors);
        expect(fused.state).toStrictEqual(plain.state);
        if ('clipValue' in clip) expectSame(fused.numbers, plain.numbers);
        else expectNear(fused.numbers, plain.numbers, 64);
      }
    }
  });

  it.each(['drop-window', 'drop-one'] as const)('accumulates by the rule %s as op by op does', async (onBadMicroBatch) => {
    const options = { ...dynamic, accumulate: 2, onBadMicroBatch };
    const factors = [1, 1, NaN, 1, 1, 1, NaN, NaN, 1, 1, 1, 1];
    const plain = await trajectory('off', KINDS['adam']!, options, factors);
    const fused = await trajectory(16, KINDS['adam']!, options, factors);
    expect(fused.state).toStrictEqual(plain.state);
    expectSame(fused.numbers, plain.numbers);
  });

  it.each([{}, { skipAll: true }])('two optimizers under one scaler step as op by op: %o', async (options) => {
    const run = async (limit: number | 'off'): Promise<{ numbers: Float32Array[]; report: object; paths: unknown[] }> => {
      device.fuse(limit);
      const { variables, loss, dispose } = problem();
      const scaler = gradScaler({ lossScale: dynamic.lossScale, statusEvery: 1000, ...options });
      const optimizers = [tf.train.momentum(0.1, 0.9), tf.train.adam()] as const;
      for (const pair of [[1, 1], [1, NaN], [NaN, 1], [1, 1], [2 ** 126, 1], [1, 1]]) {
        for (const [index, optimizer] of optimizers.entries()) {
          const factor = tf.scalar(pair[index]!);
          const { value, grads } = scaler.variableGrads(loss(factor), index === 0 ? variables.slice(0, 3) : variables.slice(3));
          const ready = index === 0 ? grads : scaler.unscale(grads);
          scaler.step(optimizer, ready, index === 0 ? { clipValue: 0.5 } : {});
          tf.dispose([value, factor]);
        }
        scaler.update();
      }
      const report = await scaler.lastStep();
      const paths = optimizers.map((optimizer) => scaler.stepPath(optimizer));
      const numbers = await variableNumbers();
      for (const each of [scaler, ...optimizers]) each.dispose();
      dispose();
      tf.disposeVariables();
      return { numbers, report, paths };
    };
    const plain = await run('off');
    const fused = await run(16);
    expect(fused.paths).toStrictEqual(['fused', 'fused']);
    expect(fused.report).toStrictEqual(plain.report);
    expectSame(fused.numbers, plain.numbers);
  });

  it('a skipped step leaves every bit as it was, reads nothing back, and clones never change', async () => {
    device.fuse(16);
    const { variables, loss, dispose } = problem();
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(), { lossScale: dynamicLossScale({ growthInterval: 2 }), statusEvery: 1000 });
    const [one, bad] = [tf.scalar(1), tf.scalar(NaN)];
    const step = (factor: tf.Tensor): void => void optimizer.minimize(loss(factor), false, variables);
    step(one);
    const before = await variableNumbers();
    step(bad);
    step(bad);
    expectSame(await variableNumbers(), before);
    const clones = Object.values(tf.engine().registeredVariables).map((variable) => variable.clone());
    const { report } = await meter.measure(() => {
      for (const factor of [one, bad, one]) step(factor);
    });
    expect(report.readbacks).toBe(0);
    const held = await Promise.all(clones.map(async (clone) => Float32Array.from(await clone.data())));
    expectSame(held, before);
    expect((await variableNumbers())[0]).not.toEqual(before[0]);
    expect(await optimizer.lastStep()).toMatchObject({ applied: true, step: 6, appliedSteps: 3, skipped: 3 });
    tf.dispose([clones, one, bad]);
    optimizer.dispose();
    dispose();
  });

  it('the same run gives the same bits twice', async () => {
    const options = { ...dynamic, clipNorm: 0.5 };
    const first = await trajectory(16, KINDS['lamb']!, options);
    const second = await trajectory(16, KINDS['lamb']!, options);
    expectSame(second.numbers, first.numbers);
  });

  it('moves the scale as the pure machine does, for factors that are no float32 numbers', async () => {
    const machine = dynamicLossScale({ growthInterval: 2, growthFactor: 1.7, backoffFactor: 0.3, hysteresis: 2, initialScale: 1000 });
    device.fuse(8);
    const weight = tf.variable(tf.scalar(1));
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(1e-3), { lossScale: machine, statusEvery: 1000 });
    let pure = machine.init();
    for (let step = 0; step < 24; step++) {
      const finite = (step * 7) % 5 !== 0;
      const gradient = tf.scalar(finite ? 1 : Infinity);
      optimizer.applyGradients({ [weight.name]: gradient });
      pure = machine.next(pure, finite);
      gradient.dispose();
      expect(await optimizer.lossScaleState(), `step ${step}`).toStrictEqual(pure);
    }
    optimizer.dispose();
  });

  it('six variables with Adam and a dynamic scale are four dispatches; with 8 buffers eight', async () => {
    const counts: number[] = [];
    for (const limit of [16, 8]) {
      device.fuse(limit);
      const { variables, dispose } = problem();
      const optimizer = mixedPrecisionOptimizer(tf.train.adam(), { lossScale: dynamicLossScale(), statusEvery: 1000 });
      const gradients = Object.fromEntries(variables.map((variable) => [variable.name, tf.onesLike(variable)]));
      optimizer.applyGradients(gradients);
      const { report } = await meter.measure(() => optimizer.applyGradients(gradients));
      counts.push(report.dispatches);
      optimizer.dispose();
      tf.dispose(gradients);
      dispose();
      tf.disposeVariables();
    }
    expect(counts).toStrictEqual([4, 8]);
  });

  it('holds as many tensors after 30 steps as after 3', async () => {
    device.fuse(16);
    for (const name of ['adam', 'lamb', 'rmsprop']) {
      const { variables, loss, dispose } = problem();
      const optimizer = mixedPrecisionOptimizer(KINDS[name]!(), { ...dynamic, clipVariableNorm: 1 });
      const one = tf.scalar(1);
      const run = (steps: number): object => {
        for (let step = 0; step < steps; step++) optimizer.minimize(loss(one), false, variables);
        const { numTensors, numDataBuffers } = tf.memory();
        return { numTensors, numDataBuffers, ids: (tf.backend() as unknown as { numDataIds: () => number }).numDataIds() };
      };
      const early = run(3);
      expect(run(27)).toStrictEqual(early);
      optimizer.dispose();
      one.dispose();
      dispose();
      tf.disposeVariables();
    }
  });

  it('a subclass and a replaced step are taken op by op, and the wrapper says so', () => {
    device.fuse(16);
    class Louder extends tf.AdamOptimizer {}
    const replaced = tf.train.sgd(1);
    replaced.applyGradients = (gradients) => tf.SGDOptimizer.prototype.applyGradients.call(replaced, gradients);
    for (const inner of [new Louder(0.1, 0.9, 0.999), replaced]) {
      const weight = tf.variable(tf.scalar(1));
      const optimizer = mixedPrecisionOptimizer(inner, { lossScale: staticLossScale(8) });
      expect(optimizer.stepPath).toBe(null);
      optimizer.minimize(() => tf.square(weight) as tf.Scalar, false, [weight]);
      expect(optimizer.stepPath).toBe('unknown-optimizer');
      optimizer.dispose();
      weight.dispose();
    }
  });
});
