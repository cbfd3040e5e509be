import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dynamicLossScale, staticLossScale } from '@halftone/loss-scale';
import { requireOrSkip } from '@halftone/testing';
import { dawn } from '@halftone/testing/dawn';
import type { MixedPrecisionOptimizer, MixedPrecisionOptions } from '../../src/index.ts';
import { adamW, gradScaler, lamb, mixedPrecisionOptimizer } from '../../src/index.ts';
import { OPTIMIZERS } from '../optimizers.ts';
import type { FusedDevices } from './fused-device.ts';
import { expectNear, expectSame, fusedDevices, gradientsOf, sixVariables, variableNumbers } from './fused-device.ts';

const vulkan = await requireOrSkip('vulkan');

const KINDS: Readonly<Record<string, () => tf.Optimizer>> = {
  ...OPTIMIZERS,
  rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-14, true), // tfjs takes epsilon away under the root: a larger one makes NaN of honest gradients
  plainMomentum: () => tf.train.momentum(0.05, 0.9),
  plainRmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5),
  adamW: () => adamW(0.01, { weightDecay: 0.1, excludeFromDecay: ['w1'] }),
  lamb: () => lamb(0.01),
};
const make = (name: string): tf.Optimizer => (KINDS[name] as () => tf.Optimizer)();

/** A trajectory: factors of the gradients, the bad ones among them. */
const FACTORS = [NaN, 1, Infinity, 0.5, 1, NaN, -Infinity, 2, 1, 1, 1, 1, NaN, 1];
/** Norms are summed in another order; each step carries the difference on. */
const NORM_ROUNDING = 64 * 2 ** -23;

const dynamic = { lossScale: dynamicLossScale({ growthInterval: 3, initialScale: 2 ** 12 }), statusEvery: 1000 };
let devices: FusedDevices;

interface Run {
  readonly numbers: Float32Array[];
  readonly report: object;
  readonly path: MixedPrecisionOptimizer['stepPath'];
  readonly iterations: number;
}

/** Runs a trajectory and gives all variables after it: weights, slots, powers. */
async function run(
  how: 'fused' | 'plain',
  name: string,
  options: MixedPrecisionOptions,
  factors: readonly number[] = FACTORS,
): Promise<Run> {
  await devices.use(how);
  const variables = sixVariables();
  const optimizer = mixedPrecisionOptimizer(make(name), options);
  for (const [step, factor] of factors.entries()) {
    const gradients = gradientsOf(variables, step, factor);
    optimizer.applyGradients(gradients);
    tf.dispose(gradients.map(({ tensor }) => tensor));
  }
  const report = await optimizer.lastStep();
  const result = { numbers: await variableNumbers(), report, path: optimizer.stepPath, iterations: optimizer.iterations };
  optimizer.dispose();
  tf.disposeVariables();
  return result;
}

describe.skipIf(!vulkan.available)('fused steps against op by op', () => {
  beforeAll(async () => {
    await dawn();
    devices = await fusedDevices();
  });
  afterAll(() => devices?.dispose());
  afterEach(() => tf.disposeVariables());

  it.each(Object.keys(KINDS))('%s: the same steps and skips, bit for bit', async (name) => {
    const plain = await run('plain', name, dynamic);
    const fused = await run('fused', name, dynamic);
    expect([plain.path, fused.path]).toStrictEqual(['no-plug-in', 'fused']);
    expect(fused.report).toMatchObject({ appliedSteps: 9, skipped: 5 });
    expect(fused.report).toStrictEqual(plain.report);
    expect(fused.iterations).toBe(9);
    if (name === 'lamb') expectNear(fused.numbers, plain.numbers, NORM_ROUNDING);
    else expectSame(fused.numbers, plain.numbers);
  });

  it.each(['adam', 'sgd', 'lamb'])('%s without a scale takes the bare steps', async (name) => {
    const plain = await run('plain', name, {}, [1, 0.5, 2, 1]);
    const fused = await run('fused', name, {}, [1, 0.5, 2, 1]);
    expect(fused.path).toBe('fused');
    if (name === 'lamb') expectNear(fused.numbers, plain.numbers, NORM_ROUNDING);
    else expectSame(fused.numbers, plain.numbers);
  });

  it.each([{ clipNorm: 0.05 }, { clipVariableNorm: 0.02 }, { clipValue: 0.01 }])('clips alike, checked and not: %o', async (clip) => {
    for (const [options, factors] of [
      [{ ...dynamic, ...clip }, FACTORS],
      [clip, [1, 1, 1]],
    ] as const) {
      const plain = await run('plain', 'plainMomentum', options, factors);
      const fused = await run('fused', 'plainMomentum', options, factors);
      expect(fused.report).toStrictEqual(plain.report);
      if ('clipValue' in clip) expectSame(fused.numbers, plain.numbers);
      else expectNear(fused.numbers, plain.numbers, NORM_ROUNDING);
    }
  });

  it.each(['drop-window', 'drop-one'] as const)('accumulates alike by the rule %s', async (onBadMicroBatch) => {
    const options = { ...dynamic, accumulate: 2, onBadMicroBatch };
    const factors = [1, 1, NaN, 1, 1, 1, NaN, NaN, 1, 1, 1, 1];
    const plain = await run('plain', 'adam', options, factors);
    const fused = await run('fused', 'adam', options, factors);
    expect(fused.report).toStrictEqual(plain.report);
    expectSame(fused.numbers, plain.numbers);
  });

  it.each([{}, { skipAll: true }])('two optimizers under one scaler step alike: %o', async (options) => {
    const round = async (how: 'fused' | 'plain'): Promise<{ numbers: Float32Array[]; report: object; paths: unknown[] }> => {
      await devices.use(how);
      const variables = sixVariables();
      const scaler = gradScaler({ ...dynamic, ...options });
      const optimizers = [tf.train.momentum(0.1, 0.9), tf.train.adam()] as const;
      for (const [step, factors] of [
        [1, 1],
        [1, NaN],
        [NaN, 1],
        [1, 1],
        [Infinity, 1],
        [1, 1],
      ].entries()) {
        for (const [index, optimizer] of optimizers.entries()) {
          const some = index === 0 ? variables.slice(0, 3) : variables.slice(3);
          const gradients = gradientsOf(some, step, factors[index]! * 2 ** 10);
          scaler.scale(tf.scalar(1)).dispose();
          scaler.step(optimizer, gradients, { gradients: 'scaled', ...(index === 0 ? { clipValue: 0.5 } : {}) });
        }
        scaler.update();
      }
      const report = await scaler.lastStep();
      const paths = optimizers.map((optimizer) => scaler.stepPath(optimizer));
      const numbers = await variableNumbers();
      for (const each of [scaler, ...optimizers]) each.dispose();
      tf.disposeVariables();
      return { numbers, report, paths };
    };
    const plain = await round('plain');
    const fused = await round('fused');
    expect(fused.paths).toStrictEqual(['fused', 'fused']);
    expect(fused.report).toStrictEqual(plain.report);
    expectSame(fused.numbers, plain.numbers);
  });

  it('the same run gives the same bits twice', async () => {
    const options = { ...dynamic, clipNorm: 0.5 };
    expectSame((await run('fused', 'lamb', options)).numbers, (await run('fused', 'lamb', options)).numbers);
  });

  it('a subclass and a replaced step are taken op by op, and the wrapper says so', async () => {
    await devices.use('fused');
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
