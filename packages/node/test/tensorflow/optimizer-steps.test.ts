import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamicLossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptimizer, MixedPrecisionOptions } from '@halftone/optimizer';
import { adamW, gradScaler, lamb, mixedPrecisionOptimizer } from '@halftone/optimizer';
import type { OptimizerDevice } from './optimizer-device.ts';
import { expectSame, gradientsOf, optimizerDevice, variableNumbers, variablesOf } from './optimizer-device.ts';

const KINDS: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.9),
  nesterov: () => tf.train.momentum(0.05, 0.9, true),
  adam: () => tf.train.adam(0.01),
  adamw: () => adamW(0.01, { weightDecay: 0.1, excludeFromDecay: ['w1'] }),
  adamax: () => tf.train.adamax(0.01, 0.9, 0.999, 1e-7, 0.1),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(1, 0.95),
  rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5),
  'rmsprop-centered': () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-14, true), // tfjs takes epsilon away under the root
  lamb: () => lamb(0.01),
};

/** 50 steps: factors of the gradients, seven bad ones among them, the first step too. */
const FACTORS = Array.from({ length: 50 }, (_, step) => [NaN, 1, 0.5, 2, Infinity, 1, 1][step % 14] ?? 1);
const SKIPS = FACTORS.filter((factor) => !Number.isFinite(factor)).length;

const dynamic = { lossScale: dynamicLossScale({ growthInterval: 3, initialScale: 2 ** 12 }), statusEvery: 1000 };
let device: OptimizerDevice;

beforeEach(async () => {
  device = await optimizerDevice();
});
afterEach(() => {
  tf.disposeVariables();
  device.handle.dispose();
});

interface Run {
  readonly numbers: Float32Array[];
  readonly report: object;
  readonly path: MixedPrecisionOptimizer['stepPath'];
  readonly iterations: number;
}

/** Runs a trajectory and gives all variables after it: weights, slots, powers. */
async function run(
  how: 'fused' | 'plain',
  make: () => tf.Optimizer,
  options: MixedPrecisionOptions,
  factors: readonly number[] = FACTORS,
): Promise<Run> {
  device.use(how);
  const variables = variablesOf();
  const optimizer = mixedPrecisionOptimizer(make(), options);
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

describe('fused steps inside TensorFlow', () => {
  it.each(Object.entries(KINDS))('%s: 50 steps with skips are those of op by op, bit for bit', async (_kind, make) => {
    const plain = await run('plain', make, dynamic);
    const fused = await run('fused', make, dynamic);
    expect([plain.path, fused.path]).toStrictEqual(['no-plug-in', 'fused']);
    expect(fused.report).toMatchObject({ appliedSteps: 50 - SKIPS, skipped: SKIPS });
    expect(fused.report).toStrictEqual(plain.report);
    expect(fused.iterations).toBe(50 - SKIPS);
    expectSame(fused.numbers, plain.numbers);
  });

  it.each(['adam', 'sgd', 'adamax'])('%s without a scale takes the bare steps, not-a-number gradients too', async (kind) => {
    const make = KINDS[kind] as () => tf.Optimizer;
    const plain = await run('plain', make, {}, [1, 0.5, 2, NaN]);
    const fused = await run('fused', make, {}, [1, 0.5, 2, NaN]);
    expect(fused.path).toBe('fused');
    expectSame(fused.numbers, plain.numbers);
  });

  it.each([{ clipNorm: 0.05 }, { clipVariableNorm: 0.02 }, { clipValue: 0.01 }])('clips alike, checked and not: %o', async (clip) => {
    const make = KINDS['momentum'] as () => tf.Optimizer;
    for (const [options, factors] of [
      [{ ...dynamic, ...clip }, FACTORS.slice(0, 14)],
      [clip, [1, 1, 1]],
    ] as const) {
      const plain = await run('plain', make, options, factors);
      const fused = await run('fused', make, options, factors);
      expect(fused.report).toStrictEqual(plain.report);
      expectSame(fused.numbers, plain.numbers);
    }
  });

  it.each(['drop-window', 'drop-one'] as const)('accumulates alike by the rule %s', async (onBadMicroBatch) => {
    const options = { ...dynamic, accumulate: 2, onBadMicroBatch };
    const factors = [1, 1, NaN, 1, 1, 1, NaN, NaN, 1, 1, 1, 1];
    const make = KINDS['adam'] as () => tf.Optimizer;
    const plain = await run('plain', make, options, factors);
    const fused = await run('fused', make, options, factors);
    expect(fused.report).toStrictEqual(plain.report);
    expectSame(fused.numbers, plain.numbers);
  });

  it.each([{}, { skipAll: true }])('two optimizers under one scaler step alike: %o', async (options) => {
    const round = async (how: 'fused' | 'plain'): Promise<{ numbers: Float32Array[]; report: object; paths: unknown[] }> => {
      device.use(how);
      const variables = variablesOf();
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
          const some = index === 0 ? variables.slice(0, 4) : variables.slice(4);
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
    const make = KINDS['lamb'] as () => tf.Optimizer;
    const [first, second] = [await run('fused', make, options, [1, NaN, 1]), await run('fused', make, options, [1, NaN, 1])];
    expectSame(second.numbers, first.numbers);
  });
});
