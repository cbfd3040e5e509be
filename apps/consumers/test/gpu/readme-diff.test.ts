import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import * as autocast from '@halftone/autocast';
import * as models from '@halftone/models';
import { runExample } from '@halftone/testing/examples';
import type { WebGPUHandle } from '@halftone/webgpu';
import { useWebGPU } from '@halftone/webgpu';

const [diff = ''] = /(?<=```diff\n)[\s\S]*?(?=```)/.exec(readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8')) ?? [];
const side = (kept: string): string[] =>
  diff
    .split('\n')
    .filter((line) => line.startsWith(kept) || line.startsWith(' '))
    .map((line) => line.slice(2));
let handle: WebGPUHandle | undefined;

/** The network of the budgets, saved as a file would be: a program that exists has its model somewhere. */
async function savedModel(): Promise<tf.io.IOHandler> {
  const { layers } = tf;
  const seed = (s: number): ReturnType<typeof tf.initializers.glorotUniform> => tf.initializers.glorotUniform({ seed: s });
  const model = tf.sequential({
    layers: [
      layers.conv2d({ inputShape: [28, 28, 1], filters: 16, kernelSize: 3, kernelInitializer: seed(1) }),
      layers.batchNormalization(),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax', kernelInitializer: seed(2) }),
    ],
  });
  const artifacts = await new Promise<tf.io.ModelArtifacts>((resolve) => {
    const keep = async (found: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> => {
      resolve(found);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    };
    void model.save(tf.io.withSaveHandler(keep));
  });
  model.dispose();
  return tf.io.fromMemory(artifacts);
}

afterAll(() => handle?.dispose());

describe('the change to an existing program, as the README shows it', () => {
  it('adds one line and changes one', () => {
    const count = (mark: string): number => diff.split('\n').filter((line) => line.startsWith(mark)).length;
    expect([count('+'), count('-')]).toEqual([2, 1]);
    expect(side(' ').join('\n')).toMatch(/tf\.train\.adam\(\)/);
  });
  it('runs, trains, and stores activations in half while weights stay float32', async () => {
    await tf.setBackend('cpu');
    const url = await savedModel();
    let model: tf.LayersModel | undefined;
    const scope = {
      ...autocast,
      ...models,
      tf: { ...tf, loadLayersModel: async (from: tf.io.IOHandler) => (model = await tf.loadLayersModel(from)) },
      useWebGPU: async () => (handle = await useWebGPU()),
      url,
      images: tf.tensor4d(
        Float32Array.from({ length: 128 * 784 }, (_, i) => Math.sin((i % 784) * (1 + (Math.floor(i / 784) % 10)))),
        [128, 28, 28, 1],
      ),
      labels: tf.tidy(() =>
        tf
          .oneHot(
            tf.tensor1d(
              Array.from({ length: 128 }, (_, i) => i % 10),
              'int32',
            ),
            10,
          )
          .toFloat(),
      ),
    };
    const before = await lossOf(url, scope);
    const { statements, commentedOut } = await runExample({ where: 'README.md', line: 1, code: side('+').join('\n') }, { scope });
    expect([statements, commentedOut]).toEqual([4, []]);
    if (model === undefined) throw new Error('the diff loads no model');
    expect(tf.getBackend()).toBe('halftone-webgpu');
    const [after = NaN] = await (model.evaluate(scope.images, scope.labels) as tf.Scalar).data();
    expect(after).toBeLessThan(0.8 * before);
    const trained = model;
    const { kernels } = autocast.explain(() => tf.tidy(() => void trained.predict(scope.images)));
    const half = kernels.filter(({ storageOut }) => storageOut.includes('float16')).map(({ kernelName }) => kernelName);
    expect(half).toEqual(expect.arrayContaining([expect.stringMatching(/Conv2D/), 'MaxPool']));
    expect(model.getWeights().map((weight) => autocast.storageOf(weight))).toEqual(model.getWeights().map(() => 'float32'));
  });
});

/** The loss of the saved model before any training, in float32 on stock tfjs. */
async function lossOf(
  url: tf.io.IOHandler,
  { images, labels }: { readonly images: tf.Tensor; readonly labels: tf.Tensor },
): Promise<number> {
  const model = await tf.loadLayersModel(url);
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const [loss = NaN] = await (model.evaluate(images, labels) as tf.Scalar).data();
  model.dispose();
  return loss;
}
