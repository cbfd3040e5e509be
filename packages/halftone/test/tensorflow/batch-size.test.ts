import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBatchSize, mixedPrecision } from '@halftone/models';
import type { NodeHandle } from '@halftone/node';
import { useNode } from '@halftone/node';
import { requireOrSkip } from '@halftone/testing';
import '@halftone/testing/matchers';

const tensorflow = await requireOrSkip('tensorflow');

describe.skipIf(!tensorflow.available)('findBatchSize inside TensorFlow', () => {
  let handle: NodeHandle;
  beforeAll(async () => void (handle = await useNode()));
  afterAll(() => handle.dispose());

  test.each(['float32', 'mixed_float16'])('counts live handles, and leaves the model as it was: %s', async (policy) => {
    const { dense } = tf.layers;
    const glorot = (seed: number): ReturnType<typeof tf.initializers.glorotUniform> => tf.initializers.glorotUniform({ seed });
    const model = tf.sequential({
      layers: [
        dense({ inputShape: [64], units: 512, activation: 'relu', kernelInitializer: glorot(1) }),
        dense({ units: 10, activation: 'softmax', kernelInitializer: glorot(2) }),
      ],
    });
    mixedPrecision(model, policy).compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    const weights = (): Promise<Float32Array[]> =>
      Promise.all(model.getWeights().map(async (weight) => Float32Array.from(await weight.data())));
    const before = await weights();
    const report = await findBatchSize(model, { budgetBytes: 4 * 2 ** 20 });
    expect(report.limitedBy).toBe('budget');
    expect(report.batchSize).toBeGreaterThan(100);
    expect(report.fixedBytes).toBeGreaterThan(3 * 4 * 64 * 512); // weights and two slots
    const at = report.measured.find(({ batchSize }) => batchSize === report.batchSize);
    expect(at?.trainBytes).toBeLessThanOrEqual(report.usableBytes);
    (await weights()).forEach((numbers, i) => expect(numbers).toBeBitEqual(before[i] as Float32Array));
    model.dispose();
  });
});
