import { readFileSync } from 'node:fs';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storageOf } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { requireOrSkip, sharedData } from '@halftone/testing';
import '@halftone/testing/matchers';
import { mixedPrecision, storeFrozenInHalf, summarizeModel } from '../../src/index.ts';

const shared = await requireOrSkip('shared');

/** MobileNetV2 without its classifier, frozen. */
async function openBase(): Promise<tfl.LayersModel> {
  const { weightsManifest, ...rest } = JSON.parse(readFileSync(sharedData('models/mobilenet_v2/model.json'), 'utf8')) as tf.io.ModelJSON;
  const shards = weightsManifest.flatMap(({ paths }) => paths).map((path) => readFileSync(sharedData(`models/mobilenet_v2/${path}`)));
  const whole = await tfl.loadLayersModel({
    load: async () => ({
      ...rest,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: new Uint8Array(Buffer.concat(shards)).buffer,
    }),
  });
  const features = whole.layers
    .filter((layer) => layer.outputShape.length === 4 || !/Dense|Softmax|Dropout/.test(layer.getClassName()))
    .at(-1) as tfl.layers.Layer;
  for (const layer of whole.layers) layer.trainable = false;
  return tfl.model({ inputs: whole.inputs, outputs: features.output });
}

describe.skipIf(!shared.available)('MobileNetV2 with a new head', () => {
  let handle: EmulatedHandle;
  beforeAll(async () => {
    handle = await useEmulated({ base: 'wasm' });
  });
  afterAll(() => handle?.dispose());

  it('trains the head in float32 masters over a base of half the bytes', async () => {
    const base = await openBase();
    const features = base.outputs[0] as tfl.SymbolicTensor;
    const flat =
      features.shape.length === 2 ? features : (tfl.layers.globalAveragePooling2d({} as never).apply(features) as tfl.SymbolicTensor);
    const head = tfl.layers.dense({
      units: 3,
      activation: 'softmax',
      name: 'blood',
      kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }),
    });
    const model = tfl.model({ inputs: base.inputs, outputs: head.apply(flat) as tfl.SymbolicTensor });
    const x = tf.randomUniform([3, 224, 224, 3], 0, 1, 'float32', 5);
    const y = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2], 'int32'), 3), 'float32'));
    const plain = (model.predict(x) as Tensor).dataSync();
    mixedPrecision(model);
    await storeFrozenInHalf(model);
    const { bytesFloat32, bytesNow, layers } = summarizeModel(model);
    expect(bytesNow / bytesFloat32).toBeLessThanOrEqual(0.55);
    expect(layers.find(({ path }) => path === 'blood')).toMatchObject({ storage: 'float32', trainable: layers.at(-1)?.parameters });
    expect((model.predict(x) as Tensor).dataSync(), 'the predictions of float32').toBeCloseInFormat(plain, 'float16', {
      terms: 256,
      scale: 1,
    });
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    const losses: number[] = [];
    const frozen = base.weights.filter((weight) => storageOf(weight.read()) === 'float16').map((weight) => weight.read());
    for (let step = 0; step < 3; step++) losses.push((await model.trainOnBatch(x, y)) as number);
    expect(frozen.length).toBeGreaterThan(40);
    expect(frozen.every((weight) => !weight.isDisposed)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(losses[0] as number);
    for (const variable of head.getWeights()) expect(storageOf(variable)).toBe('float32');
  });
});
