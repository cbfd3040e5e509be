import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FusedStepRequest } from '@halftone/autocast';
import { dynamicLossScale } from '@halftone/loss-scale';
import type { OptimizerDevice } from './optimizer-device.ts';
import { optimizerDevice, tensorOf } from './optimizer-device.ts';

let device: OptimizerDevice;
beforeAll(async () => {
  device = await optimizerDevice();
});
afterAll(() => device.handle.dispose());

const read = (info: tf.TensorInfo): number[] => {
  const tensor = tensorOf(info);
  const numbers = [...tensor.dataSync()];
  tensor.dispose();
  return numbers;
};

describe('the scale inside TensorFlow', () => {
  it('moves as @halftone/loss-scale does, bit for bit, whatever the rule', () => {
    const factors = fc.constantFrom(1.1, 1.5, 2, 2.7182818284590455, 4);
    const shrinks = fc.constantFrom(0.9, 0.5, 1 / 3, 0.125);
    const bounds = fc.constantFrom([2 ** -14, 2 ** 24], [1, 2 ** 127], [2 ** -126, 3.4e38], [0.1, 1000]);
    const trail = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        factors,
        shrinks,
        bounds,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        trail,
        (growthFactor, backoffFactor, [least, most], growthInterval, hysteresis, steps) => {
          const [minScale, maxScale] = [Math.fround(least!), Math.fround(most!)];
          const initialScale = Math.min(maxScale, Math.max(minScale, 777.125));
          const machine = dynamicLossScale({ initialScale, growthFactor, backoffFactor, growthInterval, minScale, maxScale, hysteresis });
          let wanted = machine.init();
          let state: tf.TensorInfo = tf.tensor1d([wanted.scale, wanted.goodSteps, wanted.skippedInRow, wanted.skipped, wanted.applied, -1]);
          for (const finite of steps) {
            const flags = tf.tensor1d([finite ? 1 : 0, finite ? 1 : 0, finite ? -1 : 5]);
            const moved = device.fused.advance({ state, flags, rule: machine.options });
            tf.dispose([tensorOf(state), flags]);
            state = moved.state;
            wanted = machine.next(wanted, finite);
            expect(read(moved.seed)).toEqual([wanted.scale]);
          }
          const { scale, goodSteps, skippedInRow, skipped, applied } = wanted;
          expect(read(state)).toEqual([scale, goodSteps, skippedInRow, skipped, applied, steps.at(-1) === true ? -1 : 5]);
        },
      ),
      { seed: 4, numRuns: 60 },
    );
  });

  it('a window that dropped one micro-batch backs off and is applied all the same', () => {
    const state = tf.tensor1d([1024, 1, 2, 3, 4, -1]);
    const flags = tf.tensor1d([0, 1, 2]);
    const rule = { growthFactor: 2, backoffFactor: 0.5, growthInterval: 2, minScale: 1, maxScale: 2 ** 24, hysteresis: 1 };
    const moved = device.fused.advance({ state, flags, rule });
    expect(read(moved.state)).toEqual([512, 0, 0, 3, 5, 2]);
    expect(read(moved.seed)).toEqual([512]);
    tf.dispose([state, flags]);
  });

  it.each([0, 1, 2, 3, 4])('the check names gradient %d, whether it lies in a vector or by itself', (bad) => {
    const shapes = [[3], [300, 250], [2, 2], [], [70_000]];
    const variables = shapes.map((shape, index) => ({
      gradient: index < bad ? tf.ones(shape) : tf.mul(tf.ones(shape), [-Infinity, NaN][index % 2]!), // the ones behind it are bad too
      value: tf.zeros(shape),
      slots: [],
      decay: index % 2,
    }));
    const state = tf.tensor1d([4, 0, 0, 0, 0, -1]);
    const rule = { growthFactor: 2, backoffFactor: 0.5, growthInterval: 2, minScale: 1, maxScale: 8, hysteresis: 1 };
    const rates = { learningRate: 1 };
    const request = { kind: 'sgd', rates, variables, powers: [], clip: {}, state, unscale: true, verdict: { by: 'check', rule } } as const;
    const { variables: moved, scale } = device.fused.step(request);
    expect(read(scale!.state)).toEqual([2, 0, 1, 1, 0, bad]);
    expect(read(scale!.applied!)).toEqual([0]);
    expect(moved.flatMap(({ value }) => read(value)).every((value) => value === 0)).toBe(true);
    tf.dispose([tensorOf(scale!.seed), state, ...variables.flatMap(({ gradient, value }) => [gradient, value])]);
  });

  it.each([
    [1, [0.5], 0.25],
    [0, [1], 0.5],
  ])('a flag of %d decides about everything and leaves the scale', (flag, value, power) => {
    const [gradient, weight, slots, powers, state] = [
      tf.tensor1d([4]),
      tf.tensor1d([1]),
      [tf.tensor1d([0]), tf.tensor1d([0])],
      [tf.tensor1d([0.5]), tf.scalar(0.5)],
      tf.tensor1d([2, 0, 0, 0, 0, -1]),
    ] as const;
    const verdict = { by: 'flag', flag: tf.tensor1d([flag], 'bool') } as const;
    const request: FusedStepRequest = {
      kind: 'adam',
      rates: { learningRate: 0.5, beta1: 0.5, beta2: 0.5, epsilon: 0 },
      variables: [{ gradient, value: weight, slots }],
      powers,
      clip: {},
      state,
      unscale: true,
      verdict,
    };
    const { variables, powers: next, scale } = device.fused.step(request);
    expect(scale).toBe(null);
    expect(read(variables[0]!.value)).toEqual(value);
    expect(variables[0]!.slots.map((slot) => read(slot))).toEqual(flag === 1 ? [[1], [2]] : [[0], [0]]);
    expect(next.map((info) => [info.shape, read(info)])).toEqual([
      [[1], [power]],
      [[], [power]],
    ]);
    tf.dispose([gradient, weight, ...slots, ...powers, state, verdict.flag]);
  });
});
