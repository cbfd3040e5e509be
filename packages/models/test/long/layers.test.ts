import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storageOf } from '@halftone/autocast';
import { round } from '@halftone/float16';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '@halftone/webgpu';
import { useWebGPU } from '@halftone/webgpu';
import { mixedPrecision, removeMixedPrecision, storeFrozenInHalf, summarizeModel } from '../../src/index.ts';
import { trainBoth } from '../train-both.ts';
import { shapeCases } from '../training-cases.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await useWebGPU();
});
afterAll(() => handle.dispose());

const cases = shapeCases.filter(({ holds }) => ['sequential', 'nested'].includes(holds));

it.each(cases)('$name trains as in float32', async (training) => {
  const { plain, mixed } = await trainBoth(training, 'mixed_float16');
  expect(mixed.losses.at(-1)).toBeLessThan(0.6 * (mixed.losses[0] as number));
  expect(mixed.losses).toBeCloseInFormat(plain.losses, 'float16', { terms: 256, scale: plain.losses[0] as number });
  expect(mixed.losses).not.toStrictEqual(plain.losses);
  expect(mixed.kernels.some(({ storageOut }) => storageOut.includes('float16'))).toBe(true);
  expect(mixed.tensors[1]).toBe(mixed.tensors[0]);
  plain.model.dispose();
  mixed.model.dispose();
});

it('frozen weights take half the bytes of the device, and come back', async () => {
  const { dense } = tfl.layers;
  const model = tfl.sequential({
    layers: [dense({ inputShape: [512], units: 512, name: 'base', trainable: false }), dense({ units: 4, name: 'head' })] as never,
  });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  mixedPrecision(model);
  const [x, y] = [tf.randomNormal([8, 512], 0, 1, 'float32', 1), tf.zeros([8, 4])];
  const held = async (): Promise<number> => {
    tf.dispose(model.predict(x));
    await model.trainOnBatch(x, y);
    return (tf.memory() as unknown as { readonly numBytesInGPU: number }).numBytesInGPU;
  };
  const kernel = (): Tensor => model.layers[0]?.getWeights()[0] as Tensor;
  const before = (await kernel().data()) as Float32Array;
  await storeFrozenInHalf(model);
  const after = await held();
  expect(storageOf(kernel())).toBe('float16');
  expect(summarizeModel(model).bytesFloat32 - summarizeModel(model).bytesNow).toBe(2 * 512 * 512);
  removeMixedPrecision(model);
  const wide = await held();
  const scale = 28; // the six numbers of the loss scale and its seed, which went with the wrapper
  expect(wide - after, 'half a MiB less while the base is in half').toBe(2 * 512 * 512 - scale);
  expect(kernel()).toBeInstanceOf(tf.Variable);
  expect((await kernel().data()) as Float32Array).toBeBitEqual(round(before, 'float16'));
});
