import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { dynamicLossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import { mixedPrecisionOptimizer, optimizerState } from '@halftone/optimizer';
import '@halftone/testing/matchers';
import { findBatchSize } from '../../src/batch-size/find-batch-size.ts';
import { mixedPrecision } from '../../src/mixed-precision.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

const KIB = 1024;

function smallModel(): tfl.LayersModel {
  const { dense, batchNormalization, dropout } = tfl.layers;
  return tfl.sequential({
    layers: [
      dense({ inputShape: [64], units: 128, activation: 'relu', kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }) }),
      batchNormalization(),
      dropout({ rate: 0.5, seed: 4 }),
      dense({ units: 10, activation: 'softmax', kernelInitializer: tfl.initializers.glorotUniform({ seed: 2 }) }),
    ],
  });
}

/** Everything that training moves, as numbers. */
async function allOf(model: tfl.LayersModel): Promise<readonly Float32Array[]> {
  const wrapper = model.optimizer as MixedPrecisionOptimizer;
  const { slots, powers } = optimizerState(wrapper.inner);
  const tensors = [...model.getWeights(), ...slots.map(({ variable }) => variable), ...powers.map(({ variable }) => variable)];
  const numbers = await Promise.all(tensors.map(async (one) => Float32Array.from(await one.data())));
  const { scale, goodSteps, skipped, applied } = await wrapper.lossScaleState();
  return [...numbers, Float32Array.of(scale, goodSteps, skipped, applied, wrapper.iterations)];
}

describe('findBatchSize', () => {
  it('measures training, validation and prediction, and proposes a size that fits with headroom', async () => {
    const model = mixedPrecision(smallModel());
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const seen: number[] = [];
    const report = await findBatchSize(model, { budgetBytes: 1024 * KIB, onProgress: ({ batchSize }) => seen.push(batchSize) });
    expect(report.usableBytes).toBe(Math.floor(1024 * KIB * 0.9));
    expect(report.limitedBy).toBe('budget');
    expect(seen).toEqual(report.measured.map(({ batchSize }) => batchSize));
    expect(seen.slice(0, 4)).toEqual([1, 2, 4, 8]);
    expect(seen).toContain(report.batchSize);
    for (const { trainBytes, evaluateBytes, predictBytes } of report.measured) {
      expect(trainBytes).toBeGreaterThan(evaluateBytes);
      expect(evaluateBytes).toBeGreaterThan(0);
      expect(predictBytes).toBeGreaterThan(0);
    }
    const at = report.measured.find(({ batchSize }) => batchSize === report.batchSize);
    expect(at?.trainBytes).toBeLessThanOrEqual(report.usableBytes);
    const { fixedBytes, bytesPerSample } = report;
    expect(fixedBytes + bytesPerSample * report.batchSize * 1.06).toBeGreaterThan(report.usableBytes); // nor much too small
    expect(fixedBytes).toBeGreaterThan(4 * (64 * 128 + 128 * 10) * 3); // weights and two slots
    expect(bytesPerSample).toBeGreaterThan(4 * 64);
    model.dispose();
  });

  it('leaves weights, moving statistics, slots, powers, loss scale and counters bit for bit, in the middle of a training', async () => {
    const steps: number[] = [];
    const model = mixedPrecision(smallModel(), 'mixed_float16', {
      lossScale: dynamicLossScale({ initialScale: 2 ** 10, growthInterval: 3 }),
      statusEvery: 1,
      onStep: ({ step }) => steps.push(step),
    });
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    const [x, y] = [
      tf.randomNormal([16, 64], 0, 1, 'float32', 5),
      tf.oneHot(
        tf.tensor1d(
          Array.from({ length: 16 }, (_, i) => i % 10),
          'int32',
        ),
        10,
      ),
    ];
    for (let i = 0; i < 4; i++) await model.trainOnBatch(x, y);
    const [optimizer, before, told, tensors] = [model.optimizer, await allOf(model), steps.length, tf.memory().numTensors];
    await findBatchSize(model, { budgetBytes: 4096 * KIB, max: 32 });
    expect(model.optimizer).toBe(optimizer);
    expect(steps.length).toBe(told);
    const after = await allOf(model);
    expect(after.length).toBe(before.length);
    after.forEach((numbers, i) => expect(numbers).toBeBitEqual(before[i] as Float32Array));
    expect(tf.memory().numTensors).toBe(tensors);
    await model.trainOnBatch(x, y);
    expect((await (model.optimizer as MixedPrecisionOptimizer).lastStep()).applied).toBe(true);
    tf.dispose([x, y]);
    model.dispose();
  });

  it('works on a float32 model, with several inputs, outputs and losses, and leaves its optimizer alone', async () => {
    const a = tfl.input({ shape: [8] });
    const b = tfl.input({ shape: [null, 4] });
    const pooled = tfl.layers.globalAveragePooling1d().apply(b) as tfl.SymbolicTensor;
    const joined = tfl.layers.concatenate().apply([a, pooled]) as tfl.SymbolicTensor;
    const one = tfl.layers.dense({ units: 5, activation: 'softmax', name: 'one' }).apply(joined) as tfl.SymbolicTensor;
    const two = tfl.layers.dense({ units: 2, name: 'two' }).apply(joined) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: [a, b], outputs: [one, two] });
    const optimizer = tf.train.momentum(0.1, 0.9);
    model.compile({ optimizer, loss: { one: 'sparseCategoricalCrossentropy', two: 'meanSquaredError' } });
    await expect(findBatchSize(model, { budgetBytes: 1024 * KIB })).rejects.toThrow(
      /must know the shape of one sample, got input .* Pass inputShape/,
    );
    const report = await findBatchSize(model, { budgetBytes: 1024 * KIB, max: 64, multipleOf: 8, inputShape: [[8], [16, 4]] });
    expect([report.batchSize, report.limitedBy]).toEqual([64, 'max']);
    expect(model.optimizer).toBe(optimizer);
    expect(optimizerState(optimizer).slots).toEqual([]);
    model.dispose();
  });

  it('counts what accumulation needs, and takes batches that the user makes', async () => {
    const options = { budgetBytes: 4096 * KIB, max: 8, sizes: [2, 4] };
    const peak = async (accumulate: number): Promise<number> => {
      const model = mixedPrecision(smallModel(), 'mixed_float16', { accumulate });
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
      let made = 0;
      const sample = (size: number): { xs: tf.Tensor; ys: tf.Tensor } => {
        made += size;
        return { xs: tf.tensor2d(new Float32Array(size * 64).fill(0.1), [size, 64]), ys: tf.zeros([size, 10]) };
      };
      const { measured } = await findBatchSize(model, { ...options, sample });
      expect(made).toBe(measured.reduce((sum, { batchSize }) => sum + batchSize, 0));
      model.dispose();
      return measured[0]?.trainBytes ?? 0;
    };
    expect(await peak(4)).toBeGreaterThan((await peak(1)) + 4 * 64 * 128); // the sum of the gradients
  });

  it('says what a budget lacks in which nothing fits', async () => {
    const model = mixedPrecision(smallModel());
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    await expect(findBatchSize(model, { budgetBytes: 10 * KIB })).rejects.toThrow(
      /^\[models\] a batch of 1 must train in 9216 bytes .*, got: it takes \d+ bytes\. Raise budgetBytes/,
    );
    model.dispose();
  });

  it('refuses what it cannot measure before it touches the model', async () => {
    const model = smallModel();
    const options = { budgetBytes: 2048 * KIB };
    await expect(findBatchSize(model, options)).rejects.toThrow(
      /needs a compiled model, got '.*', which is not\. Call model\.compile\(\) first\./,
    );
    model.compile({ optimizer: mixedPrecisionOptimizer(tf.train.sgd(0.1)), loss: 'categoricalCrossentropy' });
    await expect(findBatchSize(model, options)).rejects.toThrow(
      /needs an optimizer that it can make a second time, got one wrapped by hand\./,
    );
    const fixed = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, batchInputShape: [4, 3] })] });
    fixed.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await expect(findBatchSize(fixed, options)).rejects.toThrow(/needs a model whose batch is free, got input '.*' with a batch of 4\./);
    const short = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [3] })] });
    short.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await expect(findBatchSize(short, { ...options, sample: () => ({ xs: tf.ones([5, 3]), ys: tf.ones([5, 1]) }) })).rejects.toThrow(
      /sample\(1\) must make tensors of 1 rows, got \[5, 3\]\./,
    );
    await expect(findBatchSize(short, { ...options, inputShape: [3, 1] })).rejects.toThrow(
      /inputShape must have 1 dimensions for input '.*', got \[3, 1\]\./,
    );
    await tf.setBackend('cpu');
    await expect(findBatchSize(short, options)).rejects.toThrow(/needs a backend that counts its bytes, got 'cpu'\./);
    await tf.setBackend(handle.backendName);
    for (const one of [model, fixed, short]) one.dispose();
  });
});
