import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setDefaultPolicy } from '@halftone/autocast';
import { useWebGPU, type WebGPUHandle } from '@halftone/webgpu';
import { mixedPrecisionOptimizer } from '../../src/index.ts';

let handle: WebGPUHandle;
let undo: () => void;
beforeAll(async () => {
  handle = await useWebGPU();
  undo = setDefaultPolicy('mixed_float16');
});
afterAll(() => {
  undo?.();
  handle?.dispose();
});

it('holds as many tensors and device bytes after step 200 as after step 10, and its peak does not move', async () => {
  const { layers } = tf;
  const model = tf.sequential({
    layers: [
      layers.conv2d({ inputShape: [10, 10, 1], filters: 8, kernelSize: 3 }),
      layers.batchNormalization(),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  const optimizer = mixedPrecisionOptimizer(tf.train.adam());
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const x = tf.randomNormal([8, 10, 10, 1], 0, 1, 'float32', 1);
  const y = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 7], 'int32'), 10), 'float32'));
  const held = (): object => {
    const { numTensors, numDataBuffers } = tf.memory();
    return { numTensors, numDataBuffers, ...handle.memory() };
  };
  let early: object = {};
  for (let step = 1; step <= 200; step++) {
    await model.trainOnBatch(x, y);
    if (step === 3) await optimizer.lastStep(); // the status copy of every 50th step has buffers of its own: make them now
    if (step === 10) early = held(); // by then buffers that only the first steps used have left the pool
  }
  expect(held()).toEqual(early);
  tf.dispose([x, y]);
  model.dispose();
}, 240_000);
