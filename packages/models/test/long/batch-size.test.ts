import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it } from 'vitest';
import { requireOrSkip } from '@halftone/testing';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '@halftone/webgpu';
import { useWebGPU } from '@halftone/webgpu';
import { findBatchSize } from '../../src/batch-size/find-batch-size.ts';
import { mixedPrecision } from '../../src/mixed-precision.ts';

const vulkan = await requireOrSkip('vulkan');
const MIB = 2 ** 20;

let handle: WebGPUHandle | null = null;
afterEach(async () => {
  tf.disposeVariables();
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  handle?.dispose();
  handle = null;
});

function network(): tfl.LayersModel {
  const { conv2d, batchNormalization, reLU, globalAveragePooling2d, dense } = tfl.layers;
  const seeded = (seed: number): ReturnType<typeof tfl.initializers.heNormal> => tfl.initializers.heNormal({ seed });
  const model = mixedPrecision(
    tfl.sequential({
      layers: [
        conv2d({ inputShape: [16, 16, 3], filters: 16, kernelSize: 3, padding: 'same', kernelInitializer: seeded(1) }),
        batchNormalization(),
        reLU(),
        conv2d({ filters: 32, kernelSize: 3, padding: 'same', kernelInitializer: seeded(2) }),
        batchNormalization(),
        reLU(),
        globalAveragePooling2d({}),
        dense({ units: 10, activation: 'softmax', kernelInitializer: seeded(3) }),
      ],
    }),
  );
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  return model;
}

const weightsOf = (model: tfl.LayersModel): Promise<readonly Float32Array[]> =>
  Promise.all(model.getWeights().map(async (weight) => Float32Array.from(await weight.data())));

describe.skipIf(!vulkan.available)('findBatchSize on a device', () => {
  it('goes to what the cap of the plug-in allows, past sizes that it refuses, and training goes on at that size', async () => {
    handle = await useWebGPU({ maxBytes: 8 * MIB });
    const model = network();
    const before = await weightsOf(model);
    const tensors = tf.memory().numTensors;
    const report = await findBatchSize(model, { sizes: [1, 256, 512], headroom: 0.05 }); // the second is too much
    expect(report.refused[0]?.batchSize).toBe(256);
    expect(report.refused[0]?.why).toMatch(
      /device memory is exhausted: .* MiB for a tensor of '.+', kernel \d+ of \d+ are more than the cap of 8\.00 MiB/,
    );
    expect(report.batchSize).toBeGreaterThan(16);
    expect(report.batchSize).toBeLessThan(256);
    expect(report.budgetBytes).toBe(8 * MIB);
    (await weightsOf(model)).forEach((numbers, i) => expect(numbers).toBeBitEqual(before[i] as Float32Array));
    expect(tf.memory().numTensors).toBe(tensors);
    handle.trim();
    handle.resetPeak();
    const [x, y] = [tf.randomNormal([report.batchSize, 16, 16, 3], 0, 1, 'float32', 4), tf.zeros([report.batchSize, 10])];
    for (let i = 0; i < 3; i++) expect(await model.trainOnBatch(x, y)).toBeGreaterThanOrEqual(0);
    expect(handle.memory().peakBytes).toBeLessThanOrEqual(report.usableBytes * 1.02);
    tf.dispose([x, y]);
    model.dispose();
  });

  it('an ordinary fit that finds no room says so, leaves the weights whole, and goes on with a smaller batch', async () => {
    handle = await useWebGPU({ maxBytes: 8 * MIB });
    const model = network();
    const before = await weightsOf(model);
    const [x, y] = [tf.randomNormal([512, 16, 16, 3], 0, 1, 'float32', 4), tf.zeros([512, 10])];
    await expect(model.fit(x, y, { batchSize: 512, epochs: 1 })).rejects.toThrow(/device memory is exhausted/);
    (await weightsOf(model)).forEach((numbers, i) => expect(numbers).toBeBitEqual(before[i] as Float32Array));
    const { history } = await model.fit(x, y, { batchSize: 32, epochs: 1 });
    expect(history['loss']).toHaveLength(1);
    expect((await weightsOf(model)).some((numbers, i) => numbers.some((value, at) => value !== before[i]?.[at]))).toBe(true);
    tf.dispose([x, y]);
    model.dispose();
  });

  it('says that the device was lost, with the weights on the host as they were before', async () => {
    handle = await useWebGPU();
    const model = network();
    const before = await weightsOf(model);
    const { device } = tf.backend() as unknown as { device: GPUDevice };
    const search = findBatchSize(model, {
      budgetBytes: 64 * MIB,
      onProgress: ({ batchSize }) => void (batchSize === 2 && device.destroy()),
    });
    await expect(search).rejects.toThrow(/device was lost/);
    (await weightsOf(model)).forEach((numbers, i) => expect(numbers).toBeBitEqual(before[i] as Float32Array));
  });
});
