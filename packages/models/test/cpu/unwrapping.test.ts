import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { mixedPrecision, policyOf, removeMixedPrecision, setLayerPolicy } from '../../src/index.ts';
import { batch, Watch, watchedModel, weightValues } from '../small-models.ts';
import { shapeCases } from '../training-cases.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

/** The own properties of a model, of the model inside a Sequential, of every layer, with their values. */
function fieldsOf(value: object, seen: Set<object> = new Set()): unknown {
  if (seen.has(value)) return 'seen';
  seen.add(value);
  const layers: object[] = Reflect.get(value, 'layers') ?? [];
  const inner: object | undefined = Reflect.get(value, 'model');
  const own = Reflect.ownKeys(value).filter((key) => key !== 'testFunction');
  return {
    own: own.map((key) => [key, typeof Reflect.get(value, key) === 'function' ? Reflect.get(value, key) : typeof Reflect.get(value, key)]),
    lossFunctions: [...(Reflect.get(value, 'lossFunctions') ?? [])],
    metricsTensors: (Reflect.get(value, 'metricsTensors') ?? []).flat(),
    optimizer: Reflect.get(value, 'optimizer_'),
    owned: Reflect.get(value, 'isOptimizerOwned'),
    layers: layers.map((layer) => fieldsOf(layer, seen)),
    inner: typeof inner === 'object' && inner !== null ? fieldsOf(inner, seen) : inner,
  };
}

it.each(shapeCases)('$name has its own methods, losses and optimizer back', (training) => {
  const model = training.build();
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError', metrics: ['mse'] });
  const before = fieldsOf(model);
  mixedPrecision(model);
  setLayerPolicy(model, { className: 'Dense' }, 'float32');
  expect(fieldsOf(model)).not.toStrictEqual(before);
  removeMixedPrecision(model);
  expect(fieldsOf(model)).toStrictEqual(before);
  expect(policyOf(model)).toBeNull();
});

it('predictions are those of before, bit for bit', () => {
  const model = watchedModel();
  const { x } = batch();
  const before = [...(model.predict(x) as tf.Tensor).dataSync()];
  mixedPrecision(model);
  const half = [...(model.predict(x) as tf.Tensor).dataSync()];
  removeMixedPrecision(model);
  expect(half).not.toEqual(before);
  expect([...(model.predict(x) as tf.Tensor).dataSync()]).toEqual(before);
});

it('training goes on with the slots that the optimizer has', async () => {
  const adam = tf.train.adam(0.01);
  const model = mixedPrecision(watchedModel());
  model.compile({ optimizer: adam, loss: 'categoricalCrossentropy' });
  const { x, y } = batch();
  await model.trainOnBatch(x, y);
  const { numTensors } = tf.memory();
  removeMixedPrecision(model);
  expect(tf.memory().numTensors, 'the loss scale is freed').toBeLessThan(numTensors);
  expect(model.optimizer).toBe(adam);
  await model.trainOnBatch(x, y);
  expect(adam.iterations).toBe(2);
});

it('a method that somebody put over ours stays, and calls the model’s own', () => {
  const watch = new Watch({});
  const model = mixedPrecision(watchedModel(watch));
  const ours = model.predict.bind(model);
  let calls = 0;
  model.predict = (...args) => {
    calls += 1;
    return ours(...args);
  };
  removeMixedPrecision(model);
  model.predict(batch().x);
  expect(calls).toBe(1);
  expect(watch.seen).toEqual([null]);
});

it('it can be put on again', async () => {
  const model = mixedPrecision(removeMixedPrecision(mixedPrecision(watchedModel())), 'mixed_bfloat16');
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const before = weightValues(model);
  await model.trainOnBatch(batch().x, batch().y);
  expect(weightValues(model)).not.toEqual(before);
});

it('a model that is not wrapped is refused by name', () => {
  const model = watchedModel();
  expect(() => removeMixedPrecision(model)).toThrow(`got '${model.name}', which is not. Call mixedPrecision(model) first.`);
  expect(() => setLayerPolicy(model, 'first1', 'float32')).toThrow('Call mixedPrecision(model) first.');
  expect(() => removeMixedPrecision(tfl.sequential())).toThrow('removeMixedPrecision() needs a model in mixed precision');
});
