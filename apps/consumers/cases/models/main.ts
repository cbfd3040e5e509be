import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { storageOf } from '@halftone/autocast';
import { useEmulated } from '@halftone/emulate';
import {
  loadHalfLayersModel,
  mixedPrecision,
  policyOf,
  removeMixedPrecision,
  saveHalf,
  savedPolicy,
  summarizeModel,
} from '@halftone/models';
import { ensure, refusal, same } from '../ensure.ts';

const handle = await useEmulated({ base: 'wasm' });
const model = tfl.sequential({
  layers: [
    tfl.layers.dense({ inputShape: [32], units: 64, activation: 'relu', kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }) }),
    tfl.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: tfl.initializers.glorotUniform({ seed: 2 }) }),
  ] as never,
});
same(policyOf(mixedPrecision(model))?.name, 'mixed_float16', 'the policy');
model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
const x = tf.randomNormal([48, 32], 0, 1, 'float32', 3);
const y = tf.cast(
  tf.oneHot(
    tf.tensor1d(
      Array.from({ length: 48 }, (_, i) => i % 3),
      'int32',
    ),
    3,
  ),
  'float32',
);
const { history } = await model.fit(x, y, { epochs: 8, verbose: 0 });
const losses = history['loss'] as number[];
ensure((losses.at(-1) ?? NaN) < 0.8 * (losses[0] ?? NaN), `the loss falls, ${losses[0]} → ${losses.at(-1)}`);
same(
  model.getWeights().map((weight) => storageOf(weight)),
  ['float32', 'float32', 'float32', 'float32'],
  'the masters',
);
ensure(
  summarizeModel(model).layers.some(({ compute }) => compute === 'float16'),
  'a layer computes in half',
);

let saved: tf.io.ModelArtifacts | undefined;
await saveHalf(
  model,
  tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  }),
);
const artifacts = saved as tf.io.ModelArtifacts;
const expected = await (model.predict(x) as tf.Tensor).data();
const plain = await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
same(savedPolicy(plain)?.name, 'mixed_float16', 'the policy in the file');
const opened = await (plain.predict(x) as tf.Tensor).data();
ensure(
  opened.every((value, i) => Math.abs(value - (expected[i] ?? NaN)) < 2e-3),
  'plain tfjs opens the half file',
);
const half = await loadHalfLayersModel(tf.io.fromMemory(artifacts));
ensure(
  half.getWeights().some((weight) => storageOf(weight) === 'float16'),
  'its weights stay half',
);
ensure((await refusal(() => removeMixedPrecision(plain), 'unwrapping what is not wrapped')).startsWith('[models]'), 'the refusal');
removeMixedPrecision(model);
same(policyOf(model), null, 'unwrapped');
handle.dispose();
console.log(`loss ${losses[0]?.toFixed(3)} → ${losses.at(-1)?.toFixed(3)}, saved in half, opened in plain tfjs`);
