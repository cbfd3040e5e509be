import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { currentPolicy, storageOf } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import {
  freezeLayers,
  mixedPrecision,
  policyOf,
  removeMixedPrecision,
  setLayerPolicy,
  storeFrozenInHalf,
  unfreezeLayers,
} from '../../src/index.ts';
import { batch, weightValues } from '../small-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());

const { batchNormalization, dense } = tfl.layers;
const NAMES = ['low', 'norm', 'late', 'head'] as const;
const POLICIES = ['mixed_float16', 'mixed_bfloat16', 'float32'] as const;

/** What a program works on: two models that share all layers but the last, so that each meets what the other did to them. */
interface World {
  readonly models: readonly [tfl.LayersModel, tfl.LayersModel];
  readonly optimizers: tf.Optimizer[];
}

function build(): World {
  const shared = [
    dense({ name: 'low', units: 32, activation: 'relu' }),
    batchNormalization({ name: 'norm' }),
    dense({ name: 'late', units: 16 }),
  ];
  const over = (): tfl.LayersModel => {
    const input = tfl.input({ shape: [16] });
    const features = shared.reduce((symbol, layer) => layer.apply(symbol) as tfl.SymbolicTensor, input);
    return tfl.model({
      inputs: input,
      outputs: dense({ name: 'head', units: 4, activation: 'softmax' }).apply(features) as tfl.SymbolicTensor,
    });
  };
  const world: World = { models: [over(), over()], optimizers: [] };
  for (const model of world.models) compile(world, model);
  return world;
}

function compile({ optimizers }: World, model: tfl.LayersModel): void {
  const optimizer = tf.train.adam(0.01);
  optimizers.push(optimizer);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
}

interface Step {
  readonly op: keyof typeof OPS;
  readonly which: number;
  readonly name: (typeof NAMES)[number];
  readonly policy: (typeof POLICIES)[number];
}

type Target = { readonly world: World; readonly model: tfl.LayersModel } & Step;

const wrapped = (model: tfl.LayersModel): boolean => policyOf(model) !== null;
const data = async (use: (x: Tensor, y: Tensor) => Promise<unknown>): Promise<void> => {
  const { x, y } = batch();
  await use(x, y);
  tf.dispose([x, y]);
};

/** A model that we do not see has to be compiled after a change of what is trainable, as tfjs says; one in mixed precision need not. */
function ready(world: World, model: tfl.LayersModel): tfl.LayersModel {
  if (!wrapped(model)) compile(world, model);
  return model;
}

const OPS = {
  wrap: async ({ model, policy }: Target) => void mixedPrecision(model, policy),
  keepFrozen: async ({ model, policy }: Target) => void mixedPrecision(model, policy, { frozen: 'float32' }),
  unwrap: async ({ model }: Target) => void (wrapped(model) && removeMixedPrecision(model)),
  freeze: async ({ model, name }: Target) => void (name !== 'head' && freezeLayers(model, name)),
  unfreeze: async ({ model, name }: Target) => void unfreezeLayers(model, name),
  compile: async ({ world, model }: Target) => compile(world, model),
  layer: async ({ model, name, policy }: Target) => void (wrapped(model) && setLayerPolicy(model, name, policy)),
  noLayer: async ({ model, name }: Target) => void (wrapped(model) && setLayerPolicy(model, name, null)),
  store: async ({ model }: Target) => void (wrapped(model) && (await storeFrozenInHalf(model))),
  train: async ({ world, model }: Target) => data((x, y) => ready(world, model).trainOnBatch(x, y)),
  fit: async ({ world, model }: Target) => data((x, y) => ready(world, model).fit(x, y, { epochs: 1, batchSize: 8, verbose: 0 })),
  both: async ({ world }: Target) =>
    data((x, y) => Promise.all(world.models.map((model) => ready(world, model).fit(x, y, { epochs: 1, verbose: 0 })))),
  predict: async ({ model }: Target) => data(async (x) => tf.dispose(model.predict(x))),
  setWeights: async ({ model }: Target) => {
    const halves = tf.tidy(() => model.getWeights().map((weight) => tf.mul(weight, 0.5)));
    model.setWeights(halves);
    tf.dispose(halves);
  },
} as const;

const programs = fc.array(
  fc.record({
    op: fc.constantFrom(...(Object.keys(OPS) as (keyof typeof OPS)[])),
    which: fc.nat(1),
    name: fc.constantFrom(...NAMES),
    policy: fc.constantFrom(...POLICIES),
  }),
  { minLength: 3, maxLength: 16 },
);

function measure(): object {
  const { numTensors, physicalBytes } = tf.memory() as tf.MemoryInfo & { readonly physicalBytes: number };
  return { numTensors, physicalBytes, variables: Object.keys(tf.engine().registeredVariables).length };
}

/** What must hold after every step, whatever came before. */
function check({ models }: World): void {
  expect(currentPolicy()).toBeNull();
  for (const model of models) {
    for (const weight of model.trainableWeights) {
      const value = weight.read();
      expect(value.isDisposed, weight.originalName).toBe(false);
    }
    for (const values of weightValues(model)) expect(values.every(Number.isFinite)).toBe(true);
  }
}

it('whatever is done to models in whatever order, weights stay whole and nothing is left in the end', { timeout: 120_000 }, async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined); // tfjs asks to compile again after each freeze
  await fc.assert(
    fc.asyncProperty(programs, async (steps) => {
      const before = measure();
      const world = build();
      const layers = world.models.flatMap((model) => model.layers);
      for (const step of steps) {
        await OPS[step.op]({ ...step, world, model: world.models[step.which] as tfl.LayersModel });
        check(world);
      }
      for (const model of world.models) {
        if (wrapped(model)) removeMixedPrecision(model);
        unfreezeLayers(model);
      }
      for (const model of world.models) for (const weight of model.getWeights()) expect(storageOf(weight)).toBe('float32');
      for (const model of world.models) for (const weight of model.getWeights()) expect(weight).toBeInstanceOf(tf.Variable);
      for (const layer of layers) expect(Object.hasOwn(layer, 'call'), layer.name).toBe(false);
      const { x, y } = batch();
      const [one, two] = world.models.map((model) => model.predict(x) as Tensor);
      tf.dispose([x, y, one, two]);
      for (const model of world.models) model.dispose();
      for (const optimizer of world.optimizers) optimizer.dispose();
      expect(measure()).toEqual(before);
    }),
    { seed: 11, numRuns: 30 },
  );
  warn.mockRestore();
});
