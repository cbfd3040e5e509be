import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { currentPolicy } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { mixedPrecision, setLayerPolicy, storeFrozenInHalf } from '../../src/index.ts';
import { batch, dataset, Watch, watchedModel, weightValues } from '../small-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

const POLICIES = ['mixed_float16', 'mixed_bfloat16', 'float32', null] as const;

function modelUnder(policy: (typeof POLICIES)[number], seed: number, watch: Watch = new Watch({})): LayersModel {
  const model = watchedModel(watch, seed);
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' });
  return policy === null ? model : mixedPrecision(model, policy);
}

async function fit(model: LayersModel, onBatchEnd: () => void = () => undefined): Promise<readonly (readonly number[])[]> {
  const { x, y } = batch();
  await model.fit(x, y, { epochs: 2, batchSize: 8, shuffle: false, verbose: 0, callbacks: { onBatchEnd: async () => onBatchEnd() } });
  tf.dispose([x, y]);
  return weightValues(model);
}

it('four models with four policies train at once as each does alone, bit for bit', async () => {
  const alone: (readonly (readonly number[])[])[] = [];
  for (const policy of POLICIES) alone.push(await fit(modelUnder(policy, 10)));
  const together = await Promise.all(POLICIES.map((policy) => fit(modelUnder(policy, 10))));
  expect(together).toEqual(alone);
  expect(new Set(alone.map((weights) => JSON.stringify(weights))).size, 'three policies, three results').toBe(3);
});

it('what predicts while another fits has its own policy and numbers', async () => {
  const watch = new Watch({});
  const other = modelUnder('mixed_bfloat16', 40, watch);
  const { x } = batch(7);
  const before = [...(other.predict(x) as Tensor).dataSync()];
  watch.seen.length = 0;
  const during: number[][] = [];
  const alone = await fit(modelUnder('mixed_float16', 10));
  const trained = await fit(modelUnder('mixed_float16', 10), () => during.push([...(other.predict(x) as Tensor).dataSync()]));
  expect(during.length).toBe(4);
  for (const values of during) expect(values).toEqual(before);
  expect(new Set(watch.seen)).toEqual(new Set(['mixed_bfloat16']));
  expect(trained).toEqual(alone);
});

it('a model predicts during its own fit under its own policy', async () => {
  const watch = new Watch({});
  const model = modelUnder('mixed_float16', 10, watch);
  await fit(model, () => tf.dispose(model.predict(batch(9).x)));
  expect(new Set(watch.seen)).toEqual(new Set(['mixed_float16']));
});

it('a model that fails in the middle leaves nothing in force', async () => {
  const model = modelUnder('mixed_float16', 10);
  expect(() => model.predict(tf.ones([4, 3]))).toThrow();
  const layer = model.layers[1] as Watch;
  layer.call = () => {
    throw new Error('stop here');
  };
  expect(() => model.predict(batch().x)).toThrow('stop here');
  await expect(fit(model)).rejects.toThrow('stop here');
  expect(currentPolicy()).toBeNull();
});

it('a policy that changes during a fit holds from the next fit on for the optimizer, and at once for the layer', async () => {
  const watch = new Watch({});
  const model = modelUnder('mixed_float16', 10, watch);
  let batches = 0;
  watch.seen.length = 0;
  await fit(model, () => {
    batches += 1;
    if (batches === 2) setLayerPolicy(model, watch, 'float32');
  });
  expect(watch.seen).toEqual(['mixed_float16', 'mixed_float16', 'float32', 'float32']);
});

it('two models that share all but their heads train at once, each under its own policy', async () => {
  const watch = new Watch({});
  const shared = [tfl.layers.dense({ name: 'shared', units: 32, activation: 'relu' }), watch];
  const over = (policy: string): LayersModel => {
    const input = tfl.input({ shape: [16] });
    const features = shared.reduce((symbol, layer) => layer.apply(symbol) as tfl.SymbolicTensor, input);
    const model = tfl.model({
      inputs: input,
      outputs: tfl.layers.dense({ units: 4, activation: 'softmax' }).apply(features) as tfl.SymbolicTensor,
    });
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'categoricalCrossentropy' });
    return mixedPrecision(model, policy);
  };
  const models = [over('mixed_float16'), over('mixed_bfloat16'), over('float32')];
  watch.seen.length = 0;
  await Promise.all(models.map((model) => fit(model)));
  const counts = new Map(
    ['mixed_float16', 'mixed_bfloat16', 'float32'].map((name) => [name, watch.seen.filter((seen) => seen === name).length]),
  );
  expect([...counts.values()], 'two epochs of two batches each').toEqual([4, 4, 4]);
  expect(watch.seen.length).toBe(12);
});

it('a model that trains from a dataset is not disturbed by one that evaluates, nor the other way round', async () => {
  const [training, other] = [modelUnder('mixed_float16', 10), modelUnder('mixed_bfloat16', 40)];
  const alone = modelUnder('mixed_float16', 10);
  const run = async (model: LayersModel): Promise<unknown> => model.fitDataset(dataset(4), { epochs: 1, verbose: 0 } as never);
  const evaluate = async (): Promise<number> => {
    const loss = (await other.evaluateDataset(dataset(2), { batches: 1 } as never)) as tf.Scalar;
    return loss.dataSync()[0] as number;
  };
  await run(alone);
  const expected = await evaluate();
  const [, ...seen] = await Promise.all([run(training), evaluate(), evaluate(), evaluate()]);
  expect(seen).toEqual([expected, expected, expected]);
  expect(weightValues(training)).toEqual(weightValues(alone));
});

it('frozen weights that move into half while another model of theirs predicts give it the same numbers before and after', async () => {
  const watch = new Watch({});
  const model = modelUnder('mixed_float16', 10, watch);
  const { x } = batch();
  for (const layer of model.layers) layer.trainable = false;
  const predict = (): readonly number[] => [...(model.predict(x) as Tensor).dataSync()];
  const before = predict();
  const moving = storeFrozenInHalf(model);
  const during = predict();
  await moving;
  expect([during, predict()]).toEqual([before, before]);
  expect(new Set(watch.seen)).toEqual(new Set(['mixed_float16']));
});
