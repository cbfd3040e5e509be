import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { adamW, lamb } from '@halftone/optimizer';
import { emaOf, mixedPrecision, restoreCheckpoint, saveCheckpoint, setLayerPolicy } from '../../src/index.ts';
import { inMemory } from '../checkpoint-runs.ts';
import { batch, watchedModel, weightValues, Watch } from '../small-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

async function train(model: LayersModel, steps: number): Promise<void> {
  const { x, y } = batch();
  for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
}

const makers = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  adam: () => tf.train.adam(0.02),
  adamax: () => tf.train.adamax(0.02),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.5),
  rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5),
  adamW: () => adamW(0.02),
  lamb: () => lamb(0.02),
};

describe.each(['mixed_float16', 'mixed_bfloat16', null])('under %s', (policy) => {
  it.each(Object.entries(makers))('%s goes on bit for bit', async (_, make) => {
    const build = (seed: number): LayersModel => {
      const model = watchedModel(new Watch({}), seed);
      model.compile({ optimizer: make(), loss: 'categoricalCrossentropy' });
      return policy === null ? model : mixedPrecision(model, policy);
    };
    const target = inMemory();
    const first = build(1);
    const average = emaOf(first, { decay: 0.75 });
    await train(first, 4);
    await saveCheckpoint(first, target);
    await train(first, 3);

    const second = build(50);
    const restoredAverage = emaOf(second, { decay: 0.75 });
    await train(second, 2);
    const tensors = tf.memory().numTensors;
    const restored = await restoreCheckpoint(second, target);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(restored.iterations).toBe(4);
    await train(second, 3);
    expect(weightValues(second)).toEqual(weightValues(first));
    const values = (of: typeof average): number[][] => Object.values(of.averages()).map((tensor) => [...tensor.dataSync()]);
    expect(values(restoredAverage)).toEqual(values(average));
    expect(values(average)).not.toEqual(weightValues(first));
  });
});

it('puts policies of model and layers in force', async () => {
  const build = (): LayersModel => {
    const model = watchedModel();
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    return model;
  };
  const target = inMemory();
  const first = mixedPrecision(build(), 'mixed_bfloat16');
  setLayerPolicy(first, 'second*', 'mixed_float16');
  await train(first, 2);
  await saveCheckpoint(first, target);
  await train(first, 2);
  const second = mixedPrecision(build(), 'mixed_bfloat16');
  const scaledBefore = second.optimizer;
  const { policy, lossScale } = await restoreCheckpoint(second, target);
  expect(policy).toBe('mixed_bfloat16');
  expect(lossScale?.applied).toBe(2);
  expect(second.optimizer, 'a layer in float16 asks for a scale').not.toBe(scaledBefore);
  await train(second, 2);
  expect(weightValues(second)).toEqual(weightValues(first));
});
