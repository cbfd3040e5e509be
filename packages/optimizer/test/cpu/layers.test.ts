import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamicLossScale, staticLossScale } from '@halftone/loss-scale';
import { adamW, AdamWOptimizer, mixedPrecisionOptimizer } from '../../src/index.ts';

/** A small convolutional net with batch norm; the same weights for the same seed. */
function network(): tf.Sequential {
  const initializer = (seed: number): ReturnType<typeof tf.initializers.glorotUniform> => tf.initializers.glorotUniform({ seed });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 3, kernelSize: 3, kernelInitializer: initializer(1) }),
      tf.layers.batchNormalization({ momentum: 0.9 }),
      tf.layers.reLU(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer: initializer(2) }),
    ],
  });
}

/** Images that are bright on the left or on the right. */
function data(): { images: tf.Tensor; labels: tf.Tensor } {
  return tf.tidy(() => {
    const side = tf.cast(tf.greater(tf.randomUniform([32], 0, 1, 'float32', 5), 0.5), 'int32') as tf.Tensor1D;
    const ramp = tf.reshape(tf.linspace(-1, 1, 6), [1, 1, 6, 1]);
    const sign = tf.reshape(tf.sub(tf.mul(tf.cast(side, 'float32'), 2), 1), [32, 1, 1, 1]);
    const noise = tf.randomUniform([32, 6, 6, 1], -0.2, 0.2, 'float32', 6);
    return { images: tf.add(tf.mul(ramp, sign), noise), labels: tf.oneHot(side, 2) };
  });
}

function bitsOf(model: tf.LayersModel): number[][] {
  return model.getWeights().map((weight) => [...new Uint32Array(Float32Array.from(weight.dataSync()).buffer)]);
}

describe('with tfjs-layers', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
  });
  afterEach(() => {
    tf.disposeVariables();
  });

  it('model.fit gives the weights and losses of the bare optimizer', async () => {
    const { images, labels } = data();
    const runs: { losses: unknown; bits: number[][] }[] = [];
    for (const wrap of [
      (inner: tf.Optimizer) => inner,
      (inner: tf.Optimizer) => mixedPrecisionOptimizer(inner, { lossScale: staticLossScale(2 ** 10) }),
    ]) {
      const model = network();
      model.compile({ optimizer: wrap(tf.train.adam(0.02)), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
      const { history } = await model.fit(images, labels, { epochs: 3, batchSize: 8, shuffle: false });
      runs.push({ losses: history, bits: bitsOf(model) });
      model.dispose();
    }
    expect(runs[1]).toStrictEqual(runs[0]);
    expect((runs[0]!.losses as { acc: number[] }).acc.at(-1)).toBe(1);
    tf.dispose([images, labels]);
  });

  it('plain tfjs opens a saved model, and the wrapper goes on where it was', async () => {
    const { images, labels } = data();
    const model = network();
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.02), { lossScale: dynamicLossScale({ initialScale: 256 }) });
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const poisoned = tf.tidy(() => tf.mul(labels, NaN));
    for (const target of [labels, poisoned, labels]) await model.trainOnBatch(images, target);
    let artifacts: tf.io.ModelArtifacts | null = null;
    const handler = tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
    });
    await model.save(handler, { includeOptimizer: true });
    const scale = JSON.stringify(optimizer);

    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts!));
    expect(loaded.optimizer.getClassName()).toBe('Adam');
    expect(loaded.optimizer.iterations).toBe(2);
    const resumed = mixedPrecisionOptimizer(loaded.optimizer, { lossScale: dynamicLossScale({ initialScale: 256 }) });
    resumed.restore(JSON.parse(scale) as ReturnType<typeof resumed.toJSON>);
    loaded.compile({ optimizer: resumed, loss: 'categoricalCrossentropy' });
    expect(await resumed.lossScaleState()).toMatchObject({ scale: 128, skipped: 1, applied: 2 });

    await model.trainOnBatch(images, labels);
    await loaded.trainOnBatch(images, labels);
    const [ours, theirs] = [model, loaded].map((each) => each.getWeights().flatMap((weight) => [...weight.dataSync()])) as [
      number[],
      number[],
    ];
    for (const [index, value] of theirs.entries()) expect(Math.abs(value - ours[index]!)).toBeLessThanOrEqual(1e-6);
    expect(resumed.iterations).toBe(3);
    tf.dispose([images, labels, poisoned]);
    model.dispose();
    loaded.dispose();
    optimizer.dispose();
    resumed.dispose();
  });

  it('getWeights and setWeights go to the inner optimizer, at the same names', async () => {
    const { images, labels } = data();
    const model = network();
    const optimizer = mixedPrecisionOptimizer(tf.train.momentum(0.02, 0.9), { lossScale: staticLossScale(8) });
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    await model.trainOnBatch(images, labels);
    const weights = await optimizer.getWeights();
    expect(weights.map(({ name }) => name)).toStrictEqual((await optimizer.inner.getWeights()).map(({ name }) => name));
    expect(optimizer.getConfig()).toStrictEqual(optimizer.inner.getConfig());
    const copies = weights.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
    await model.trainOnBatch(images, labels);
    await optimizer.setWeights(copies);
    expect(optimizer.iterations).toBe(1);
    tf.dispose([images, labels]);
    model.dispose();
  });

  it('a model with AdamW loads once the class is registered', async () => {
    tf.serialization.registerClass(AdamWOptimizer as never);
    const { images, labels } = data();
    const model = network();
    model.compile({ optimizer: mixedPrecisionOptimizer(adamW(0.02, { excludeFromDecay: ['bias'] })), loss: 'categoricalCrossentropy' });
    await model.trainOnBatch(images, labels);
    let artifacts: tf.io.ModelArtifacts | null = null;
    await model.save(
      tf.io.withSaveHandler(async (saved) => {
        artifacts = saved;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
      }),
      { includeOptimizer: true },
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts!));
    expect(loaded.optimizer.getConfig()).toMatchObject({ learningRate: 0.02, weightDecay: 0.01, excludeFromDecay: ['bias'] });
    await Promise.all([model.trainOnBatch(images, labels), loaded.trainOnBatch(images, labels)]);
    tf.dispose([images, labels]);
    model.dispose();
    loaded.dispose();
  });
});
