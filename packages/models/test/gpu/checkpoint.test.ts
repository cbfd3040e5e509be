import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '@halftone/webgpu';
import { useWebGPU } from '@halftone/webgpu';
import { emaOf, mixedPrecision } from '../../src/index.ts';
import { batch, watchedModel } from '../small-models.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await useWebGPU({ deterministic: true });
});
afterAll(() => handle.dispose());

it('averages follow fused steps, and take in none that is skipped', async () => {
  const model = watchedModel();
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' });
  mixedPrecision(model);
  const average = emaOf(model, { decay: 0.75 });
  const read = async (tensors: readonly tf.Tensor[]): Promise<Float32Array[]> =>
    Promise.all(tensors.map(async (tensor) => ((await tensor.data()) as Float32Array).slice()));
  const weights = (): Promise<Float32Array[]> => read(model.getWeights());
  const averages = (): Promise<Float32Array[]> => read(Object.values(average.averages()));
  const { x, y } = batch();
  const before = await averages();
  await model.trainOnBatch(x, y);
  expect((model.optimizer as MixedPrecisionOptimizer).stepPath).toBe('fused');
  const [moved, now] = [await averages(), await weights()];
  moved.forEach((values, w) => {
    const start = before[w] as Float32Array;
    const expected = values.map((_, i) => 0.75 * (start[i] as number) + 0.25 * ((now[w] as Float32Array)[i] as number));
    expect(values).toBeCloseInFormat(expected, 'float32', { terms: 4, scale: 1 });
    expect(values).not.toStrictEqual(start);
  });
  await model.trainOnBatch(tf.mul(x, Infinity), y);
  (await weights()).forEach((values, w) => expect(values).toBeBitEqual(now[w] as Float32Array));
  (await averages()).forEach((values, w) => expect(values).toBeBitEqual(moved[w] as Float32Array));
});
