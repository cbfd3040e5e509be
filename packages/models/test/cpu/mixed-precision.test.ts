import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { currentPolicy, explain, storageOf } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { staticLossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { mixedPrecision, policyOf, setLayerPolicy } from '../../src/index.ts';
import { batch, dataset, Watch, watchedModel, weightValues } from '../small-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

const compiled = (model: tfl.Sequential, optimizer: tf.Optimizer | string = tf.train.sgd(0.1)): tfl.Sequential => {
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
};
const wrapperOf = (model: tfl.LayersModel): MixedPrecisionOptimizer => model.optimizer as MixedPrecisionOptimizer;

describe('what runs under the policy', () => {
  it('gives back the very model, which knows its policy', () => {
    const model = watchedModel();
    expect(policyOf(model)).toBeNull();
    expect(mixedPrecision(model)).toBe(model);
    expect(policyOf(model)?.name).toBe('mixed_float16');
  });

  it.each([
    ['predict', (model: tfl.Sequential, x: tf.Tensor) => model.predict(x)],
    ['predictOnBatch', (model: tfl.Sequential, x: tf.Tensor) => model.predictOnBatch(x)],
    ['execute', (model: tfl.Sequential, x: tf.Tensor) => model.execute(x, model.outputs[0]?.name as string)],
    ['apply', (model: tfl.Sequential, x: tf.Tensor) => model.apply(x)],
  ] as const)('%s computes in half and returns float32', (_, run) => {
    const model = mixedPrecision(watchedModel());
    const x = tf.randomNormal([128, 16]); // so that the result has 512 numbers
    const { result, kernels } = explain(() => run(model, x) as tf.Tensor);
    expect(kernels.some(({ storageOut }) => storageOut.includes('float16'))).toBe(true);
    expect(storageOf(result)).toBe('float32');
    expect(result.shape).toEqual([128, 4]);
    expect(currentPolicy()).toBeNull();
  });

  it('a result that ends in half inside comes out float32, value for value', () => {
    const model = mixedPrecision(tfl.sequential({ layers: [tfl.layers.dense({ inputShape: [16], units: 32 })] as never }));
    const { result, kernels } = explain(() => model.predict(tf.randomNormal([16, 16])) as tf.Tensor);
    expect(kernels.at(-1)?.storageOut).toEqual(['float16']);
    expect(storageOf(result)).toBe('float32');
  });

  it.each([
    ['fit', (model: tfl.Sequential) => model.fit(batch().x, batch().y, { epochs: 2, batchSize: 8, validationSplit: 0.5, verbose: 0 })],
    ['fitDataset', (model: tfl.Sequential) => model.fitDataset(dataset(2), { epochs: 1, validationData: dataset(1), verbose: 0 } as never)],
    ['trainOnBatch', (model: tfl.Sequential) => model.trainOnBatch(batch().x, batch().y)],
    ['evaluate', async (model: tfl.Sequential) => model.evaluate(batch().x, batch().y)],
    ['evaluateDataset', (model: tfl.Sequential) => model.evaluateDataset(dataset(2), { batches: 2 } as never)],
  ] as const)('%s runs layers under the policy, losses and metrics in float32, and leaves nothing in force', async (_, run) => {
    const watch = new Watch({});
    const [losses, metrics]: (string | undefined)[][] = [[], []];
    const model = watchedModel(watch);
    model.compile({
      optimizer: tf.train.sgd(0.1),
      loss: (y, p) => {
        losses?.push(currentPolicy()?.name);
        return tf.losses.meanSquaredError(y, p);
      },
      metrics: [
        (y: tf.Tensor, p: tf.Tensor) => {
          metrics?.push(currentPolicy()?.name);
          return tf.mean(tf.abs(tf.sub(y, p)));
        },
      ],
    });
    mixedPrecision(model);
    watch.seen.length = 0;
    const done = run(model);
    expect(currentPolicy(), 'while it runs').toBeNull();
    await done;
    for (const seen of [watch.seen, losses, metrics]) expect(seen?.length).toBeGreaterThan(0);
    expect(new Set(watch.seen)).toEqual(new Set(['mixed_float16']));
    expect(new Set([...(losses ?? []), ...(metrics ?? [])])).toEqual(new Set(['float32']));
    expect(currentPolicy()).toBeNull();
  });

  it('callbacks of fit run under no policy', async () => {
    const model = compiled(mixedPrecision(watchedModel()));
    const seen: unknown[] = [];
    const { x, y } = batch();
    await model.fit(x, y, {
      epochs: 1,
      verbose: 0,
      callbacks: { onBatchEnd: async () => void seen.push(currentPolicy()), onEpochEnd: async () => void seen.push(currentPolicy()) },
    });
    expect(seen).toEqual([null, null]);
  });

  it('a layer added later runs under the policy too', () => {
    const model = compiled(mixedPrecision(watchedModel()));
    model.predict(batch().x);
    const watch = new Watch({});
    model.add(watch);
    compiled(model).predict(batch().x); // as in stock tfjs, compile takes the new layer in
    expect(watch.seen).toEqual(['mixed_float16']);
  });

  it('called again, it changes the policy', () => {
    const watch = new Watch({});
    const model = mixedPrecision(watchedModel(watch));
    mixedPrecision(model, 'mixed_bfloat16').predict(batch().x);
    expect(watch.seen).toEqual(['mixed_bfloat16']);
  });

  it('called again with what it has, or with frozen alone, it keeps the optimizer and the scale that was learned', async () => {
    const model = compiled(mixedPrecision(watchedModel()));
    const wrapper = wrapperOf(model);
    await model.trainOnBatch(batch().x, batch().y);
    mixedPrecision(model);
    mixedPrecision(model, 'mixed_float16', { frozen: 'float32' });
    expect(wrapperOf(model)).toBe(wrapper);
    mixedPrecision(model, 'mixed_float16', { clipNorm: 1 });
    expect(wrapperOf(model)).not.toBe(wrapper);
  });

  it('a regularizer and a custom gradient loop work under it', () => {
    const model = mixedPrecision(
      tfl.sequential({ layers: [tfl.layers.dense({ inputShape: [16], units: 32, kernelRegularizer: 'l1l2' })] as never }),
    );
    const { x } = batch();
    const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(model.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar);
    expect(Object.keys(grads)).toHaveLength(2);
    expect(storageOf(value)).toBe('float32');
  });

  it('loses no tensor in any call', async () => {
    const model = compiled(mixedPrecision(watchedModel()));
    const { x, y } = batch();
    const use = async (): Promise<void> => {
      tf.dispose([model.predict(x), model.evaluate(x, y)]);
      await model.trainOnBatch(x, y);
      await model.fit(x, y, { epochs: 1, verbose: 0 });
    };
    await use();
    const { numTensors } = tf.memory();
    await use();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('says what to call where the backend has no plug-in', async () => {
    const model = mixedPrecision(watchedModel());
    await tf.setBackend('cpu');
    expect(() => model.predict(batch().x)).toThrow(/useWebGPU\(\)|setBackend/);
    await tf.setBackend(handle.backendName);
  });
});

describe('the optimizer', () => {
  it('scales the loss exactly when a layer computes in float16', () => {
    const kinds = ['mixed_float16', 'float16', 'mixed_bfloat16', 'param=float32,compute=float16,output=float32'].map((policy, seed) => {
      const model = compiled(mixedPrecision(watchedModel(new Watch({}), seed * 10), policy));
      return [policy.split(',')[0], wrapperOf(model).toJSON().kind];
    });
    expect(kinds).toEqual([
      ['mixed_float16', 'dynamic'],
      ['float16', 'dynamic'],
      ['mixed_bfloat16', 'none'],
      ['param=float32', 'dynamic'],
    ]);
  });

  it('is the very one that was compiled in under float32', () => {
    const sgd = tf.train.sgd(0.1);
    expect(compiled(mixedPrecision(watchedModel(), 'float32'), sgd).optimizer).toBe(sgd);
  });

  it('bfloat16 scales when asked to', () => {
    const model = compiled(mixedPrecision(watchedModel(), 'mixed_bfloat16', { lossScale: staticLossScale(8) }));
    expect(wrapperOf(model).toJSON().kind).toBe('static');
  });

  it('one layer in float16 in a float32 model is enough, and without it the bare optimizer is back', () => {
    const sgd = tf.train.sgd(0.1);
    const model = compiled(mixedPrecision(watchedModel(), 'float32'), sgd);
    setLayerPolicy(model, 'second1', 'mixed_float16');
    expect(wrapperOf(model).toJSON().kind).toBe('dynamic');
    expect(wrapperOf(model).inner).toBe(sgd);
    setLayerPolicy(model, 'second1', null);
    expect(model.optimizer).toBe(sgd);
  });

  it('a model compiled before keeps its slots', async () => {
    const adam = tf.train.adam(0.01);
    const model = compiled(watchedModel(), adam);
    const { x, y } = batch();
    for (let i = 0; i < 3; i++) await model.trainOnBatch(x, y);
    const slots = (await adam.getWeights()).map(({ tensor }) => [...tensor.dataSync()]);
    mixedPrecision(model);
    expect(wrapperOf(model).inner).toBe(adam);
    expect((await model.optimizer.getWeights()).map(({ tensor }) => [...tensor.dataSync()])).toEqual(slots);
    await model.trainOnBatch(x, y);
    expect(model.optimizer.iterations).toBe(4);
  });

  it('compiling again with the same optimizer goes on with the same scale', async () => {
    const adam = tf.train.adam(0.01);
    const model = compiled(mixedPrecision(watchedModel()), adam);
    const wrapper = model.optimizer;
    await model.trainOnBatch(batch().x, batch().y);
    expect(compiled(model, adam).optimizer).toBe(wrapper);
    expect(compiled(model, model.optimizer).optimizer).toBe(wrapper);
    await model.trainOnBatch(batch().x, batch().y);
    expect((await wrapperOf(model).lossScaleState()).applied).toBe(2);
  });

  it('compiling with another optimizer gives the first one back', () => {
    const [first, second] = [tf.train.adam(0.01), tf.train.sgd(0.1)];
    const model = compiled(mixedPrecision(watchedModel()), first);
    compiled(model, second);
    expect(wrapperOf(model).inner).toBe(second);
    expect(mixedPrecisionOptimizer(first).inner).toBe(first); // free to be wrapped again
  });

  it('one that its owner wrapped stays as it is', async () => {
    const own = mixedPrecisionOptimizer(tf.train.sgd(0.1), { lossScale: staticLossScale(4) });
    const model = compiled(mixedPrecision(watchedModel()), own);
    await model.trainOnBatch(batch().x, batch().y);
    expect(model.optimizer).toBe(own);
    expect((await own.lastStep()).scale).toBe(4);
  });

  it('options reach it: two micro-batches make one update', async () => {
    const model = compiled(mixedPrecision(watchedModel(), 'mixed_float16', { accumulate: 2 }));
    const before = weightValues(model);
    await model.trainOnBatch(batch().x, batch().y);
    expect(weightValues(model)).toEqual(before);
    await model.trainOnBatch(batch().x, batch().y);
    expect(weightValues(model)).not.toEqual(before);
  });

  it('a step with an infinity changes no weight', async () => {
    const model = compiled(mixedPrecision(watchedModel()));
    const before = weightValues(model);
    await model.trainOnBatch(tf.fill([16, 16], 60000), batch().y);
    expect((await wrapperOf(model).lastStep()).foundNonFinite).toBe(true);
    expect(weightValues(model)).toEqual(before);
  });

  it('is disposed with the model, or given back where it is not the model’s', async () => {
    const { x, y } = batch();
    const { numTensors } = tf.memory();
    const own = compiled(mixedPrecision(watchedModel()), 'adam');
    await own.trainOnBatch(x, y);
    own.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
    const adam = tf.train.adam(0.01);
    const other = compiled(mixedPrecision(watchedModel(new Watch({}), 20)), adam);
    await other.trainOnBatch(x, y);
    other.dispose();
    adam.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(policyOf(other)).toBeNull();
  });
});

describe('under float32', () => {
  it('training is that of stock tfjs, bit for bit', async () => {
    const [plain, wrapped] = [compiled(watchedModel()), compiled(mixedPrecision(watchedModel(), 'float32'))];
    const { x, y } = batch();
    for (const model of [plain, wrapped]) await model.fit(x, y, { epochs: 3, batchSize: 8, shuffle: false, verbose: 0 });
    expect(weightValues(wrapped)).toEqual(weightValues(plain));
  });
});

describe('a model that is saved', () => {
  it('opens in plain tfjs with its weights and its optimizer', async () => {
    const model = compiled(mixedPrecision(watchedModel()), 'adam');
    const { x, y } = batch();
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    let saved: tf.io.ModelArtifacts = {};
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
      { includeOptimizer: true },
    );
    expect(saved.trainingConfig?.optimizer_config).toMatchObject({ class_name: 'Adam' });
    const opened = await tfl.loadLayersModel(tf.io.fromMemory(saved));
    expect(weightValues(opened)).toEqual(weightValues(model));
    expect(opened.optimizer.getClassName()).toBe('Adam');
    expect(policyOf(opened)).toBeNull();
  });
});

describe('what cannot be wrapped', () => {
  it.each([
    [null, 'Pass a model of tf.sequential()'],
    ['model', 'Pass a model of tf.sequential()'],
    [{}, 'another object'],
    [Promise.resolve(), 'Await it'],
  ])('%o is refused with what to do', (model, remedy) => {
    expect(() => mixedPrecision(model as never)).toThrow(TypeError);
    expect(() => mixedPrecision(model as never)).toThrow(remedy);
  });

  it('a tfjs-layers without what we use is named by what it lacks', () => {
    const model = watchedModel();
    Object.defineProperty(model, 'makeTrainFunction', { value: undefined });
    expect(() => mixedPrecision(model)).toThrow('got a model without makeTrainFunction. Install @tensorflow/tfjs-layers 4.22');
  });

  it.each([
    ['mixed_float61', {}, 'Did you mean'],
    ['mixed_float16', null, 'Leave them out for the defaults'],
    ['mixed_float16', { frozen: 'float16' }, "Leave it out for 'half'"],
    ['mixed_float16', { policy: 'mixed_bfloat16' }, 'Pass it before them'],
  ])('policy %s with options %o is refused, and the model is untouched', (policy, options, remedy) => {
    const model = watchedModel();
    expect(() => mixedPrecision(model, policy, options as never)).toThrow(remedy);
    expect(policyOf(model)).toBeNull();
  });

  it('nothing is printed on the way', () => {
    const warn = vi.spyOn(console, 'warn');
    mixedPrecision(watchedModel()).predict(batch().x);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
