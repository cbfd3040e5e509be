import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { explain, storageOf } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import '@halftone/testing/matchers';
import { mixedPrecision, removeMixedPrecision, setLayerPolicy } from '../../src/index.ts';
import { batch, dataset, watchedModel, weightValues } from '../small-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

const L: typeof tfl.layers = tfl.layers;
const seeded = (seed: number): object => ({
  kernelInitializer: tfl.initializers.glorotUniform({ seed }),
  recurrentInitializer: tfl.initializers.glorotUniform({ seed: seed + 1 }),
});
const POLICIES = ['float32', 'mixed_float16'] as const;

/** Runs the same in float32 and in half, from the same weights; every number that comes back is near. */
async function near(run: (model: tfl.LayersModel) => Promise<readonly number[]>, build: () => tfl.LayersModel): Promise<void> {
  const results: (readonly number[])[] = [];
  const start = build();
  for (const policy of POLICIES) {
    const model = build();
    model.setWeights(start.getWeights());
    results.push(await run(mixedPrecision(model, policy)));
    model.dispose();
  }
  const [plain, mixed] = results as [readonly number[], readonly number[]];
  expect(plain.length).toBeGreaterThan(0);
  expect(plain.every(Number.isFinite)).toBe(true);
  expect(mixed).toBeCloseInFormat(plain, 'float16', { terms: 256, scale: Math.max(...plain.map(Math.abs)) });
  expect(mixed, 'half was in it').not.toStrictEqual(plain);
}

const compiled = (model: tfl.LayersModel, rest: object = {}): tfl.LayersModel => {
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy', metrics: ['accuracy'], ...rest });
  return model;
};
const numbersOf = ({ history }: { readonly history: object }): readonly number[] => Object.values(history).flat() as number[];

describe('fit', () => {
  it.each<[string, (x: Tensor, y: Tensor) => object]>([
    ['validation data of its own', () => ({ validationData: [batch(9).x, batch(9).y] })],
    ['a part held back', () => ({ validationSplit: 0.25 })],
    ['weights for classes', () => ({ classWeight: { 0: 1, 1: 2, 2: 0.5, 3: 4 } })],
    ['a later first epoch', () => ({ initialEpoch: 2 })],
  ])('with %s gives the history of float32', async (_, options) => {
    await near(
      async (model) => {
        const { x, y } = batch();
        const history = await compiled(model).fit(x, y, { epochs: 4, batchSize: 8, shuffle: false, verbose: 0, ...options(x, y) });
        return numbersOf(history);
      },
      () => watchedModel(),
    );
  });

  it('early stopping and a callback that stops the training end it where float32 ends', async () => {
    const epochs: number[][] = [];
    for (const policy of POLICIES) {
      const { x, y } = batch();
      const options = { epochs: 9, shuffle: false, verbose: 0 } as const;
      const patient = tfl.callbacks.earlyStopping({ monitor: 'val_loss', patience: 1, minDelta: 10 });
      const stopped = await compiled(mixedPrecision(watchedModel(), policy)).fit(x, y, {
        ...options,
        validationSplit: 0.5,
        callbacks: patient,
      });
      const model = compiled(mixedPrecision(watchedModel(), policy));
      const halted = await model.fit(x, y, {
        ...options,
        callbacks: { onEpochEnd: async (epoch) => void (model.stopTraining = epoch === 3) },
      });
      epochs.push([stopped, halted].map(({ epoch }) => epoch.length));
    }
    expect(epochs).toEqual([
      [2, 4],
      [2, 4],
    ]);
  });

  it('fitDataset and evaluateDataset give the numbers of float32', async () => {
    await near(
      async (model) => {
        const history = await compiled(model).fitDataset(dataset(3), { epochs: 2, validationData: dataset(1), verbose: 0 } as never);
        const evaluated = (await model.evaluateDataset(dataset(3), { batches: 2 } as never)) as tf.Scalar[];
        return [...numbersOf(history), ...evaluated.map((value) => value.dataSync()[0] as number)];
      },
      () => watchedModel(),
    );
  });

  it('losses and metrics by the name of the output, with two inputs and two outputs', async () => {
    await near(
      async (model) => {
        const [one, two] = [batch(), batch(8)];
        model.compile({
          optimizer: tf.train.sgd(0.1),
          loss: { kind: 'categoricalCrossentropy', size: 'meanSquaredError' },
          metrics: { kind: 'accuracy', size: 'mae' } as never,
        });
        const size = tf.mean(two.x, 1, true);
        const history = await model.fit({ left: one.x, right: two.x }, { kind: one.y, size }, { epochs: 3, shuffle: false, verbose: 0 });
        const evaluated = model.evaluate([one.x, two.x], [one.y, size]) as tf.Scalar[];
        return [...numbersOf(history), ...evaluated.map((value) => value.dataSync()[0] as number)];
      },
      () => {
        const [left, right] = [tfl.input({ shape: [16], name: 'left' }), tfl.input({ shape: [16], name: 'right' })];
        const both = L.concatenate().apply([left, right]) as tfl.SymbolicTensor;
        const hidden = L.dense({ units: 32, activation: 'relu', ...seeded(1) }).apply(both) as tfl.SymbolicTensor;
        const kind = L.dense({ units: 4, activation: 'softmax', name: 'kind', ...seeded(2) }).apply(hidden) as tfl.SymbolicTensor;
        const size = L.dense({ units: 1, name: 'size', ...seeded(3) }).apply(hidden) as tfl.SymbolicTensor;
        return tfl.model({ inputs: [left, right], outputs: [kind, size] });
      },
    );
  });

  it.each(['binaryAccuracy', 'categoricalCrossentropy', 'cosine', 'mae', 'mape', 'mse', 'precision'])(
    'the metric %s is computed in float32 from what predict returns',
    (metric) => {
      const model = compiled(mixedPrecision(watchedModel()), { metrics: [metric] });
      const { x, y } = batch();
      const metrics = tfl.metrics as unknown as Readonly<Record<string, (y: Tensor, p: Tensor) => Tensor>>;
      const names: Readonly<Record<string, string>> = {
        cosine: 'cosineProximity',
        mae: 'meanAbsoluteError',
        mape: 'meanAbsolutePercentageError',
        mse: 'meanSquaredError',
      };
      const direct = metrics[names[metric] ?? metric] as (y: Tensor, p: Tensor) => Tensor;
      const [, value] = model.evaluate(x, y) as [tf.Scalar, tf.Scalar];
      expect(value.dataSync()[0]).toBe((tf.mean(direct(y, model.predict(x) as Tensor)) as tf.Scalar).dataSync()[0]);
    },
  );

  it('weights for samples are refused by tfjs as without us', async () => {
    const { x, y } = batch();
    const messages: string[] = [];
    for (const model of [watchedModel(), mixedPrecision(watchedModel())]) {
      const refused = compiled(model).fit(x, y, { sampleWeight: tf.ones([16]), verbose: 0 });
      messages.push(
        await refused.then(
          () => 'taken',
          (error: Error) => error.message,
        ),
      );
    }
    expect(messages[0]).toMatch(/sample ?weight/i);
    expect(messages[1]).toBe(messages[0]);
  });
});

describe('layers that keep something', () => {
  const stateful = (): tfl.Sequential =>
    tfl.sequential({
      layers: [
        L.lstm({ units: 24, stateful: true, batchInputShape: [16, 3, 8], ...seeded(1) }),
        L.dense({ units: 4, activation: 'softmax', ...seeded(3) }),
      ] as never,
    });

  it('a stateful recurrent layer goes on from its state, resets, and loses no tensor', async () => {
    await near(async (model) => {
      const x = tf.randomNormal([16, 3, 8], 0, 1, 'float32', 1);
      const predict = (): number[] => tf.tidy(() => [...(model.predict(x) as Tensor).dataSync()]);
      const [first, second] = [predict(), predict()];
      expect(second).not.toEqual(first);
      model.resetStates();
      expect(predict()).toEqual(first);
      const { numTensors } = tf.memory();
      predict();
      expect(tf.memory().numTensors).toBe(numTensors);
      model.resetStates();
      compiled(model);
      const losses: number[] = [];
      for (let step = 0; step < 3; step++) losses.push(((await model.trainOnBatch(x, batch().y)) as [number])[0]);
      return [...first, ...second, ...losses];
    }, stateful);
  });

  it('its state is a tensor of the model, float32 to whoever reads it', () => {
    const model = mixedPrecision(stateful());
    tf.dispose(model.predict(tf.randomNormal([16, 3, 8], 0, 1, 'float32', 1)));
    const states = (model.layers[0] as unknown as { readonly states: readonly Tensor[] }).states;
    expect(states.map(({ dtype, shape, isDisposed }) => [dtype, shape, isDisposed])).toEqual(
      states.map(() => ['float32', [16, 24], false]),
    );
    removeMixedPrecision(model);
    expect((model.predict(tf.zeros([16, 3, 8])) as Tensor).shape).toEqual([16, 4]);
  });

  it.each<[string, () => tfl.layers.Layer]>([
    [
      'stacked cells',
      () =>
        L.rnn({
          cell: [L.lstmCell({ units: 12, ...seeded(1) }), L.gruCell({ units: 16, ...seeded(3) })],
          returnSequences: true,
          inputShape: [3, 8],
        } as never),
    ],
    [
      'a convolution in a recurrent layer',
      () => L.convLstm2d({ filters: 8, kernelSize: 2, inputShape: [3, 5, 4, 1], ...seeded(1) } as never),
    ],
  ])('%s train as in float32', async (_, layer) => {
    await near(
      async (model) => {
        const [, ...rest] = (model.inputs[0] as tfl.SymbolicTensor).shape as number[];
        const x = tf.randomNormal([16, ...rest], 0, 1, 'float32', 1);
        const losses: number[] = [];
        compiled(model);
        for (let step = 0; step < 4; step++) losses.push(((await model.trainOnBatch(x, batch().y)) as [number])[0]);
        return losses;
      },
      () => tfl.sequential({ layers: [layer(), L.flatten(), L.dense({ units: 4, activation: 'softmax', ...seeded(5) })] as never }),
    );
  });
});

/** A model that is a class of its own, with a method and a loss of its own. */
class Denoiser extends tfl.LayersModel {
  static override readonly className: string = 'Denoiser';

  denoise(x: Tensor): Tensor {
    return tf.tidy(() => tf.sub(x, this.predict(x) as Tensor));
  }
}

describe('a model of a class of one’s own', () => {
  const build = (): Denoiser => {
    const input = tfl.input({ shape: [16] });
    const hidden = L.dense({ units: 32, activation: 'relu', ...seeded(1) }).apply(input) as tfl.SymbolicTensor;
    return new Denoiser({
      inputs: input,
      outputs: L.dense({ units: 16, ...seeded(2) }).apply(hidden) as tfl.SymbolicTensor,
      name: 'denoiser',
    });
  };

  it('stays what it is, and its methods run in half', () => {
    const model = mixedPrecision(build());
    expect(model).toBeInstanceOf(Denoiser);
    const { result, kernels } = explain(() => model.denoise(batch().x));
    expect(kernels.some(({ storageOut }) => storageOut.includes('float16'))).toBe(true);
    expect(storageOf(result)).toBe('float32');
  });

  it('trains as in float32', async () => {
    await near(async (model) => {
      model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
      const { x } = batch();
      return numbersOf(await model.fit(x, x, { epochs: 4, shuffle: false, verbose: 0 }));
    }, build);
  });

  it('a layer in float32 in it has a float32 backward pass, the others half', () => {
    const model = mixedPrecision(build());
    const halfOf = (): number => {
      const { kernels, result } = explain(() =>
        tf.variableGrads(() => tf.mean(tf.square(model.apply(batch().x, { training: true }) as Tensor)) as tf.Scalar),
      );
      tf.dispose(result as never);
      return kernels.filter(({ kernelName, storageOut }) => /MatMul/.test(kernelName) && storageOut.includes('float16')).length;
    };
    const all = halfOf();
    setLayerPolicy(model, model.layers[1] as tfl.layers.Layer, 'float32');
    const some = halfOf();
    setLayerPolicy(model, { className: 'Dense' }, 'float32');
    expect([all > some, some > 0, halfOf()]).toEqual([true, true, 0]);
  });
});

it('weights that were set, loaded or trained are the ones that run', async () => {
  const [from, to] = [compiled(mixedPrecision(watchedModel())), mixedPrecision(watchedModel(undefined, 30))];
  const { x, y } = batch();
  await from.fit(x, y, { epochs: 2, verbose: 0 });
  to.setWeights(from.getWeights());
  expect(weightValues(to)).toEqual(weightValues(from));
  expect([...(to.predict(x) as Tensor).dataSync()]).toEqual([...(from.predict(x) as Tensor).dataSync()]);
});
