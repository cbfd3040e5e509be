import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { storageOf } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { freezeLayers, mixedPrecision, removeMixedPrecision, setLayerPolicy, unfreezeLayers } from '../../src/index.ts';
import { batch } from '../small-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

const { batchNormalization, dense } = tfl.layers;

/** A base with a normalization in the middle, and a head. */
function transfer(): { readonly base: tfl.Sequential; readonly model: tfl.Sequential } {
  const base = tfl.sequential({
    name: 'base',
    layers: [
      dense({ name: 'low', inputShape: [16], units: 32 }),
      batchNormalization({ name: 'norm', momentum: 0.5 }),
      dense({ name: 'late', units: 16 }),
    ] as never,
  });
  return { base, model: tfl.sequential({ layers: [base, dense({ name: 'head', units: 4, activation: 'softmax' })] as never }) };
}

function compile(model: tfl.LayersModel): void {
  model.compile({ optimizer: tf.train.adam(0.05), loss: 'categoricalCrossentropy' });
}

const valuesOf = (layer: tfl.layers.Layer): readonly (readonly number[])[] => layer.getWeights().map((weight) => [...weight.dataSync()]);

describe.each([null, 'float32', 'mixed_float16'])('under %s', (policy) => {
  it('a fit over a frozen base changes the head and nothing else, no learned statistic either', async () => {
    const { base, model } = transfer();
    freezeLayers(model, 'base');
    if (policy !== null) mixedPrecision(model, policy);
    compile(model);
    const { x, y } = batch();
    await model.fit(x, y, { epochs: 1, verbose: 0 }); // moves the kernels into half where the policy asks for it
    const [before, head] = [base.layers.map(valuesOf), valuesOf(model.getLayer('head'))];
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    expect(base.layers.map(valuesOf)).toEqual(before);
    expect(valuesOf(model.getLayer('head'))).not.toEqual(head);
    expect(model.trainableWeights.map(({ originalName }) => originalName)).toEqual(['head/kernel', 'head/bias']);
  });

  it('the head learns from the features that predict gives', () => {
    const { base, model } = transfer();
    if (policy !== null) mixedPrecision(model, policy);
    const { x } = batch();
    const inTraining = (): readonly number[] => [...(model.apply(x, { training: true }) as Tensor).dataSync()];
    const predicted = [...(model.predict(x) as Tensor).dataSync()];
    expect(inTraining(), 'as tfjs does it').not.toEqual(predicted);
    freezeLayers(model, base);
    base.getLayer('norm').setWeights([tf.ones([32]), tf.zeros([32]), tf.zeros([32]), tf.ones([32])]);
    expect(inTraining()).toEqual(predicted);
  });
});

it('what is frozen no longer has its own call back, and its statistics move again', async () => {
  const { base, model } = transfer();
  const norm = base.getLayer('norm');
  expect(freezeLayers(model)).toEqual(['base', 'base/low', 'base/norm', 'base/late', 'head']);
  freezeLayers(model, 'norm');
  expect(Object.hasOwn(norm, 'call')).toBe(true);
  expect(unfreezeLayers(model, /norm|late|head/)).toEqual(['base/norm', 'base/late', 'head']);
  expect(Object.hasOwn(norm, 'call')).toBe(false);
  expect(
    model.layers.flatMap((layer) => ('layers' in layer ? (layer as tfl.LayersModel).layers : [layer])).map((layer) => layer.trainable),
  ).toEqual([false, true, true, true]);
  compile(model);
  const [, , mean] = valuesOf(norm);
  await model.trainOnBatch(batch().x, batch().y);
  expect(valuesOf(norm)[2]).not.toEqual(mean);
});

it('a call that is taken off in another order than it was put on is all gone in the end', () => {
  const { base, model } = transfer();
  const norm = base.getLayer('norm');
  freezeLayers(model, 'norm');
  setLayerPolicy(mixedPrecision(model), 'norm', 'float32');
  unfreezeLayers(model, 'norm');
  expect(Object.hasOwn(norm, 'call'), 'its policy still holds').toBe(true);
  removeMixedPrecision(model);
  expect(Object.hasOwn(norm, 'call')).toBe(false);
});

it('a layer that is set trainable by hand uses the statistics of its batch', async () => {
  const { base, model } = transfer();
  freezeLayers(model);
  base.getLayer('norm').trainable = true;
  compile(model);
  const [, , mean] = valuesOf(base.getLayer('norm'));
  await model.trainOnBatch(batch().x, batch().y);
  expect(valuesOf(base.getLayer('norm'))[2]).not.toEqual(mean);
});

it('masters come back for the layers that are trained again', async () => {
  const { base, model } = transfer();
  freezeLayers(model, base);
  compile(mixedPrecision(model));
  const { x, y } = batch();
  await model.fit(x, y, { epochs: 1, verbose: 0 });
  const kernel = (name: string): Tensor => base.getLayer(name).getWeights()[0] as Tensor;
  expect([storageOf(kernel('low')), storageOf(kernel('late'))]).toEqual(['float16', 'float16']);
  unfreezeLayers(model, 'late');
  expect([storageOf(kernel('low')), storageOf(kernel('late'))]).toEqual(['float16', 'float32']);
  compile(model);
  const late = [...kernel('late').dataSync()];
  await model.fit(x, y, { epochs: 1, verbose: 0 });
  expect([storageOf(kernel('low')), storageOf(kernel('late'))]).toEqual(['float16', 'float32']);
  expect([...kernel('late').dataSync()]).not.toEqual(late);
});

it('a normalization inside a wrapper layer follows the wrapper', () => {
  const norm = batchNormalization();
  const model = tfl.sequential({ layers: [tfl.layers.timeDistributed({ inputShape: [3, 8], layer: norm, name: 'steps' })] as never });
  const x = tf.randomNormal([4, 3, 8], 2, 1, 'float32', 1);
  const both = (): readonly (readonly number[])[] =>
    [model.apply(x, { training: true }), model.predict(x)].map((result) => [...(result as Tensor).dataSync()]);
  const [first, second] = both();
  expect(first).not.toEqual(second);
  freezeLayers(model, 'steps');
  const [training, predicted] = both();
  expect(training).toEqual(predicted);
});

it('what is no model, and a selector that means nothing, are refused', () => {
  const { model } = transfer();
  expect(() => freezeLayers({} as never)).toThrow('freezeLayers() takes a Layers model');
  expect(() => unfreezeLayers(null as never)).toThrow('unfreezeLayers() takes a Layers model');
  expect(() => freezeLayers(model, 'nobody')).toThrow('The layers are base, base/low, base/norm, base/late, head.');
});
