import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FusedKind } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { OptimizerDevice } from './optimizer-device.ts';
import { optimizerDevice, tensorOf } from './optimizer-device.ts';

let device: OptimizerDevice;
beforeAll(async () => {
  device = await optimizerDevice();
});
afterAll(() => device?.handle.dispose());

const SHAPES = [[64, 12], [12], [7, 5], [1], [130], [3, 3, 4, 4]];
const EPSILON = 1e-7;

/** What tfjs's optimizers keep in private fields: slots in the order in which they are saved, and one-element tensors that move. */
interface Fields {
  readonly slots: readonly string[];
  readonly powers: readonly string[];
}

const ADAM: Fields = { slots: ['accumulatedFirstMoment', 'accumulatedSecondMoment'], powers: ['accBeta1', 'accBeta2'] };
const KINDS: Readonly<Partial<Record<FusedKind, { make: () => tf.Optimizer; rates: Record<string, number>; fields: Fields }>>> = {
  sgd: { make: () => tf.train.sgd(0.1), rates: { learningRate: 0.1 }, fields: { slots: [], powers: [] } },
  momentum: {
    make: () => tf.train.momentum(0.05, 0.9),
    rates: { learningRate: 0.05, momentum: 0.9 },
    fields: { slots: ['accumulations'], powers: [] },
  },
  nesterov: {
    make: () => tf.train.momentum(0.05, 0.9, true),
    rates: { learningRate: 0.05, momentum: 0.9 },
    fields: { slots: ['accumulations'], powers: [] },
  },
  adam: {
    make: () => tf.train.adam(0.01, 0.9, 0.999, EPSILON),
    rates: { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: EPSILON },
    fields: ADAM,
  },
  adamax: {
    make: () => tf.train.adamax(0.01, 0.9, 0.999, EPSILON, 0.1),
    rates: { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: EPSILON, decay: 0.1 },
    fields: { slots: ['accumulatedFirstMoment', 'accumulatedWeightedInfNorm'], powers: ['accBeta1', 'iteration'] },
  },
  adagrad: {
    make: () => tf.train.adagrad(0.1),
    rates: { learningRate: 0.1, epsilon: EPSILON },
    fields: { slots: ['accumulatedGrads'], powers: [] },
  },
  adadelta: {
    make: () => tf.train.adadelta(1, 0.95, EPSILON),
    rates: { learningRate: 1, rho: 0.95, epsilon: EPSILON },
    fields: { slots: ['accumulatedGrads', 'accumulatedUpdates'], powers: [] },
  },
  rmsprop: {
    make: () => tf.train.rmsprop(0.01, 0.9, 0.5, EPSILON),
    rates: { learningRate: 0.01, decay: 0.9, momentum: 0.5, epsilon: EPSILON },
    fields: { slots: ['accumulatedMeanSquares', 'accumulatedMoments'], powers: [] },
  },
  'rmsprop-centered': {
    make: () => tf.train.rmsprop(0.01, 0.9, 0.5, EPSILON, true),
    rates: { learningRate: 0.01, decay: 0.9, momentum: 0.5, epsilon: EPSILON },
    fields: { slots: ['accumulatedMeanSquares', 'accumulatedMoments', 'accumulatedMeanGrads'], powers: [] },
  },
};

type Slots = { variable: tf.Variable }[];

/** Gradients of one step, some of them large and some tiny. */
function gradientsOf(step: number): tf.Tensor[] {
  return SHAPES.map((shape, index) =>
    tf.tidy(() => tf.mul(tf.randomNormal(shape, 0, 1, 'float32', step * 10 + index), 10 ** ((index % 3) * 2 - 2))),
  );
}

function start(): tf.Variable[] {
  return SHAPES.map((shape, index) => tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, 1, 'float32', index + 1000))));
}

/** The state of one trajectory as plain tensors. */
interface Held {
  values: tf.Tensor[];
  slots: tf.Tensor[][];
  powers: tf.Tensor[];
}

async function numbersOf({ values, slots, powers }: Held): Promise<Float32Array[]> {
  return Promise.all([...values, ...slots.flat(), ...powers].map(async (tensor) => (await tensor.data()) as Float32Array));
}

describe.each([8, 16])('with %d storage buffers, or as many as the device has', (maxStorageBuffers) => {
  it.each(Object.entries(KINDS))('%s takes the same 12 steps as tfjs does op by op, bit for bit', async (kind, { make, rates, fields }) => {
    const fused = device.fused({ maxStorageBuffers });
    const variables = start();
    const optimizer = make();
    const inner = optimizer as unknown as Record<string, unknown>;
    const none = variables.map(({ name }) => ({ name, tensor: null as unknown as tf.Tensor }));
    let held: Held | null = null;
    for (let step = 0; step < 12; step++) {
      const gradients = gradientsOf(step);
      if (held === null) {
        const powers = fields.powers.map((name) => (inner[name] as tf.Variable).clone());
        optimizer.applyGradients(none); // creates the slots
        const slots = variables.map((_, index) => fields.slots.map((name) => (inner[name] as Slots)[index]!.variable.clone()));
        held = { values: variables.map((variable) => variable.clone()), slots, powers };
        for (const [index, name] of fields.powers.entries()) (inner[name] as tf.Variable).assign(powers[index]!);
      }
      const { values, slots, powers }: Held = held;
      const result = fused.step({
        kind: kind as FusedKind,
        rates,
        variables: values.map((value, index) => ({ gradient: gradients[index]!, value, slots: slots[index]! })),
        powers,
        clip: {},
        state: null,
        unscale: false,
        verdict: { by: 'none' },
      });
      tf.dispose([values, slots, powers]);
      held = {
        values: result.variables.map(({ value }) => tensorOf(value)),
        slots: result.variables.map((each) => each.slots.map(tensorOf)),
        powers: result.powers.map(tensorOf),
      };
      optimizer.applyGradients(variables.map(({ name }, index) => ({ name, tensor: gradients[index]! })));
      tf.dispose(gradients);
    }
    const expected: Held = {
      values: variables,
      slots: variables.map((_, index) => fields.slots.map((name) => (inner[name] as Slots)[index]!.variable)),
      powers: fields.powers.map((name) => inner[name] as tf.Variable),
    };
    const wanted = await numbersOf(expected);
    for (const [index, numbers] of (await numbersOf(held!)).entries()) expect(numbers, `tensor ${index}`).toBeBitEqual(wanted[index]!);
    tf.dispose([held!.values, held!.slots, held!.powers, variables]);
    optimizer.dispose();
  });
});
