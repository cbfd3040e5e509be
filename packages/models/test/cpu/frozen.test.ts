import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { storageOf, toStorage } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { round } from '@halftone/float16';
import '@halftone/testing/matchers';
import { mixedPrecision, removeMixedPrecision, setLayerPolicy, storeFrozenInHalf, summarizeModel } from '../../src/index.ts';
import { batch } from '../small-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

const { dense } = tfl.layers;
const glorot = (seed: number): { kernelInitializer: ReturnType<typeof tfl.initializers.glorotUniform> } => ({
  kernelInitializer: tfl.initializers.glorotUniform({ seed }),
});

/** A frozen base of two layers and a head that learns. */
function transfer(options: { readonly frozen?: 'half' | 'float32'; readonly policy?: string } = {}): {
  base: tfl.Sequential;
  model: tfl.Sequential;
} {
  const base = tfl.sequential({
    name: 'base',
    layers: [
      dense({ name: 'one', inputShape: [16], units: 64, activation: 'relu', ...glorot(1) }),
      dense({ name: 'two', units: 32, activation: 'relu', ...glorot(2) }),
    ] as never,
  });
  freeze(base);
  const model = tfl.sequential({ layers: [base, dense({ name: 'head', units: 4, activation: 'softmax', ...glorot(3) })] as never });
  const { policy, ...rest } = options;
  mixedPrecision(model, policy ?? 'mixed_float16', rest);
  compile(model);
  return { base, model };
}

/** Layer by layer: a Sequential that begins with a model trains that model's layers, whatever `base.trainable` says (tfjs 4.22). */
function freeze(base: tfl.LayersModel, { trainable }: { readonly trainable: boolean } = { trainable: false }): void {
  for (const layer of base.layers) layer.trainable = trainable;
}

function compile(model: tfl.LayersModel): void {
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' });
}

const kernels = (model: tfl.LayersModel): readonly Tensor[] =>
  model.getWeights().filter((weight) => weight.rank === 2 && weight.size >= 256);

it.each([
  ['fit', (model: tfl.LayersModel) => model.fit(batch().x, batch().y, { epochs: 1, verbose: 0 })],
  ['trainOnBatch', (model: tfl.LayersModel) => model.trainOnBatch(batch().x, batch().y)],
])('%s moves frozen weights into half without masters, and trains the head with them', async (_, train) => {
  const { base, model } = transfer();
  const before = kernels(base).map((weight) => weight.dataSync() as Float32Array);
  const head = [...(model.getLayer('head').getWeights()[0] as Tensor).dataSync()];
  const masters = base.weights.map((weight) => weight.name);
  await train(model);
  const registered = masters.map((name) => name in tf.engine().registeredVariables);
  expect(registered, 'variables of kernels are gone, those of biases stay').toEqual([false, true, false, true]);
  for (const [index, weight] of kernels(base).entries()) {
    expect(weight).not.toBeInstanceOf(tf.Variable);
    expect(storageOf(weight)).toBe('float16');
    expect(weight.dataSync()).toBeBitEqual(round(before[index] as Float32Array, 'float16'));
  }
  const [kernel] = model.getLayer('head').getWeights() as [Tensor];
  expect(kernel).toBeInstanceOf(tf.Variable);
  expect([...kernel.dataSync()]).not.toEqual(head);
  const saved = before.reduce((sum, { length }) => sum + 2 * length, 0);
  const { layers } = summarizeModel(model);
  expect(layers.map(({ storage }) => storage)).toEqual(['float16+float32', 'float16+float32', 'float32']);
  expect(summarizeModel(model).bytesFloat32 - summarizeModel(model).bytesNow).toBe(saved);
});

it('training with the base in half learns as in float32', async () => {
  const losses: number[][] = [];
  for (const policy of ['float32', 'mixed_float16']) {
    const { model } = transfer({ policy });
    const { x, y } = batch();
    losses.push((await model.fit(x, y, { epochs: 16, shuffle: false, verbose: 0 })).history['loss'] as number[]);
  }
  const [plain, mixed] = losses as [number[], number[]];
  expect(mixed.at(-1)).toBeLessThan(0.5 * (mixed[0] as number));
  expect(mixed).toBeCloseInFormat(plain, 'float16', { terms: 256, scale: plain[0] as number });
});

it('what is trained again has its float32 master back, and learns', async () => {
  const { base, model } = transfer();
  const { x, y } = batch();
  await model.trainOnBatch(x, y);
  const half = kernels(base).map((weight) => [...weight.dataSync()]);
  freeze(base, { trainable: true });
  compile(model);
  for (const [index, weight] of kernels(base).entries()) {
    expect(weight).toBeInstanceOf(tf.Variable);
    expect(storageOf(weight)).toBe('float32');
    expect([...weight.dataSync()]).toEqual(half[index]);
  }
  await model.trainOnBatch(x, y);
  expect([...(kernels(base)[0] as Tensor).dataSync()]).not.toEqual(half[0]);
});

it('a model that only predicts is told once', async () => {
  const { model } = transfer();
  const { x } = batch();
  const before = (model.predict(x) as Tensor).dataSync() as Float32Array;
  const report = await storeFrozenInHalf(model);
  expect(report).toEqual({
    half: [
      { weight: 'base/one/kernel', format: 'float16' },
      { weight: 'base/two/kernel', format: 'float16' },
    ],
    kept: [],
  });
  expect((model.predict(x) as Tensor).dataSync()).toBeCloseInFormat(before, 'float16', { terms: 64, scale: 1 });
  await expect(storeFrozenInHalf(tfl.sequential())).rejects.toThrow('Call mixedPrecision(model) first.');
});

it('numbers that do not fit float16 keep their weight float32, with one warning, and fit bfloat16', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const { base, model } = transfer();
  const [kernel, bias] = base.getLayer('one').getWeights() as [Tensor, Tensor];
  const large = tf.tidy(() => tf.concat([tf.fill([16, 1], 70000), tf.slice(kernel, [0, 1])], 1));
  base.getLayer('one').setWeights([large, bias]);
  const { half, kept } = await storeFrozenInHalf(model);
  await storeFrozenInHalf(model);
  expect(half.map(({ weight }) => weight)).toEqual(['base/two/kernel']);
  expect(kept[0]?.weight).toBe('base/one/kernel');
  expect(kept[0]?.why).toMatch(/does not fit float16: its largest magnitude is 70000/);
  expect(summarizeModel(model).layers[0]?.float32.join()).toContain('base/one/kernel stays float32');
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]?.[0]).toContain("the frozen weight 'base/one/kernel' stays float32");
  setLayerPolicy(model, 'one', 'mixed_bfloat16');
  expect((await storeFrozenInHalf(model)).half).toContainEqual({ weight: 'base/one/kernel', format: 'bfloat16' });
  warn.mockRestore();
});

it('a weight with an infinity or NaN stays float32', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  for (const bad of [Infinity, NaN]) {
    const { base, model } = transfer();
    const [, bias] = base.getLayer('one').getWeights() as [Tensor, Tensor];
    base.getLayer('one').setWeights([tf.fill([16, 64], bad), bias]);
    expect((await storeFrozenInHalf(model)).kept.map(({ weight }) => weight)).toEqual(['base/one/kernel']);
  }
  warn.mockRestore();
});

it('setWeights brings the variable back, and the next fit moves the new numbers', async () => {
  const { base, model } = transfer();
  await storeFrozenInHalf(model);
  const [, bias] = base.getLayer('one').getWeights() as [Tensor, Tensor];
  base.getLayer('one').setWeights([tf.fill([16, 64], 0.1), bias]);
  expect(base.getLayer('one').getWeights()[0]).toBeInstanceOf(tf.Variable);
  await model.trainOnBatch(batch().x, batch().y);
  expect(storageOf(base.getLayer('one').getWeights()[0] as Tensor)).toBe('float16');
  expect((base.getLayer('one').getWeights()[0] as Tensor).dataSync()[0]).toBe(0.0999755859375);
});

it('a layer whose policy is float32, or all with frozen: float32, keep their variables', async () => {
  const { base, model } = transfer();
  setLayerPolicy(model, 'two', 'float32');
  await model.trainOnBatch(batch().x, batch().y);
  expect(kernels(base).map((weight) => storageOf(weight))).toEqual(['float16', 'float32']);
  setLayerPolicy(model, 'one', 'float32');
  expect(kernels(base).map((weight) => storageOf(weight))).toEqual(['float32', 'float32']);
  const other = transfer({ frozen: 'float32' });
  await other.model.trainOnBatch(batch().x, batch().y);
  expect(kernels(other.base).map((weight) => weight instanceof tf.Variable)).toEqual([true, true]);
  expect(summarizeModel(other.model).layers[0]?.float32).toContain('frozen weights stay float32, as the options say');
});

it('a layer that was frozen after compile is left to the optimizer, as compile found it', async () => {
  const { base, model } = transfer();
  freeze(base, { trainable: true });
  compile(model);
  freeze(base);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined); // tfjs asks to compile again
  await model.trainOnBatch(batch().x, batch().y);
  warn.mockRestore();
  expect(kernels(base).map((weight) => weight instanceof tf.Variable)).toEqual([true, true]);
});

it('removing mixed precision, and disposing the model, leave nothing of it', async () => {
  const { numTensors } = tf.memory();
  const { base, model } = transfer();
  const { x, y } = batch();
  await model.trainOnBatch(x, y);
  const half = kernels(base).map((weight) => [...weight.dataSync()]);
  removeMixedPrecision(model);
  for (const [index, weight] of kernels(base).entries()) {
    expect(weight).toBeInstanceOf(tf.Variable);
    expect([...weight.dataSync()]).toEqual(half[index]);
  }
  mixedPrecision(model);
  await model.trainOnBatch(x, y);
  const { inner } = model.optimizer as unknown as { inner: tf.Optimizer };
  model.dispose();
  inner.dispose();
  tf.dispose([x, y]);
  expect(tf.memory().numTensors).toBe(numTensors);
});

it('a base that two models share goes into half once, and both predict with it', async () => {
  const { base, model } = transfer();
  const input = tfl.input({ shape: [16] });
  const second = mixedPrecision(
    tfl.model({
      inputs: input,
      outputs: dense({ units: 3, name: 'another' }).apply(base.apply(input) as tfl.SymbolicTensor) as tfl.SymbolicTensor,
    }),
  );
  compile(second);
  await Promise.all([storeFrozenInHalf(model), storeFrozenInHalf(second)]);
  expect(kernels(base).map((weight) => storageOf(weight))).toEqual(['float16', 'float16']);
  for (const one of [model, second]) expect((one.predict(batch().x) as Tensor).shape[0]).toBe(16);
  removeMixedPrecision(model);
  expect(kernels(base).map((weight) => weight instanceof tf.Variable)).toEqual([true, true]);
  removeMixedPrecision(second);
  expect((second.predict(batch().x) as Tensor).shape).toEqual([16, 3]);
});

it('a model that was compiled before a freeze trains on with what another one has stored in half meanwhile, at the same time too', async () => {
  const { base, model } = transfer();
  freeze(base, { trainable: true });
  const input = tfl.input({ shape: [16] });
  const head = dense({ units: 4, activation: 'softmax', name: 'another', ...glorot(7) });
  const second = mixedPrecision(
    tfl.model({ inputs: input, outputs: head.apply(base.apply(input) as tfl.SymbolicTensor) as tfl.SymbolicTensor }),
  );
  compile(model);
  freeze(base);
  compile(second);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined); // tfjs says that the first was compiled before the freeze
  const { x, y } = batch();
  await second.trainOnBatch(x, y);
  expect(kernels(base).map((weight) => storageOf(weight))).toEqual(['float16', 'float16']);
  const half = [...(kernels(base)[0] as Tensor).dataSync()];
  await model.trainOnBatch(x, y);
  expect(kernels(base).map((weight) => storageOf(weight))).toEqual(['float32', 'float32']);
  expect([...(kernels(base)[0] as Tensor).dataSync()], 'tfjs trains no frozen variable, whatever compile found').toEqual(half);
  const histories = await Promise.all([model, second].map((one) => one.fit(x, y, { epochs: 4, batchSize: 4, shuffle: false, verbose: 0 })));
  warn.mockRestore();
  for (const { history } of histories) expect((history['loss'] as number[]).every(Number.isFinite)).toBe(true);
});

it('a model that was loaded in half stays in half where it is frozen, and has masters where it is not', async () => {
  const warn = vi.spyOn(console, 'warn');
  const base = tfl.sequential({
    layers: [dense({ inputShape: [16], units: 32, ...glorot(1) }), dense({ units: 32, name: 'late' }), dense({ units: 16 })] as never,
  });
  tf.tidy(() => base.setWeights(base.getWeights().map((weight) => (weight.size < 256 ? weight : toStorage(weight, 'float16')))));
  const [first, late, last] = base.layers as [tfl.layers.Layer, tfl.layers.Layer, tfl.layers.Layer];
  const kernelOf = (layer: tfl.layers.Layer): Tensor => layer.getWeights()[0] as Tensor;
  const storages = (): readonly string[] => base.layers.map((layer) => storageOf(kernelOf(layer)));
  const values = base.layers.map((layer) => [...kernelOf(layer).dataSync()]);
  [first.trainable, late.trainable] = [false, false];
  mixedPrecision(base, 'float32');
  setLayerPolicy(base, '*', 'mixed_float16');
  removeMixedPrecision(base);
  tf.tidy(() => first.setWeights(first.getWeights().map((weight) => (weight.size < 256 ? weight : toStorage(weight, 'float16')))));
  mixedPrecision(base);
  expect(storages(), 'at once for what is half, with the next fit for what is float32, not for what is trained').toEqual([
    'float16',
    'float32',
    'float32',
  ]);
  expect(kernelOf(last)).toBeInstanceOf(tf.Variable);
  base.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await base.trainOnBatch(batch().x, tf.zeros([16, 16]));
  expect(storages()).toEqual(['float16', 'float16', 'float32']);
  expect([first, late].map((layer) => [...kernelOf(layer).dataSync()])).toEqual(values.slice(0, 2));
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
