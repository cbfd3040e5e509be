import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamicLossScale } from '@halftone/loss-scale';
import { requireOrSkip } from '@halftone/testing';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '@halftone/webgpu';
import { useWebGPU } from '@halftone/webgpu';
import { mixedPrecisionOptimizer } from '../../src/index.ts';

const vulkan = await requireOrSkip('vulkan');
const CAP = 64 << 20;

/** Every registered variable: weights, slots, moving statistics. */
async function variables(): Promise<Record<string, Float32Array>> {
  const found: Record<string, Float32Array> = {};
  for (const [name, variable] of Object.entries(tf.engine().registeredVariables)) found[name] = Float32Array.from(await variable.data());
  return found;
}

describe.skipIf(!vulkan.available)('a step for which there is no room', () => {
  let handle: WebGPUHandle;
  beforeAll(async () => {
    handle = await useWebGPU({ maxBytes: CAP });
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
    handle.dispose();
  });

  /** Three steps, between which `interrupt` is called; what every variable holds at the end. */
  async function train(
    interrupt: (step: () => void, weight: tf.Variable) => Promise<void>,
  ): Promise<{ numbers: Float32Array[]; report: object }> {
    const { layers } = tf;
    const model = tf.sequential({
      layers: [
        layers.conv2d({
          inputShape: [32, 32, 1],
          filters: 8,
          kernelSize: 3,
          kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
        }),
        layers.batchNormalization(),
        layers.reLU(),
        layers.flatten(),
        layers.dense({ units: 4, kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
      ],
    });
    const lossScale = dynamicLossScale({ initialScale: 2 ** 8, growthInterval: 2 });
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.01), { policy: 'mixed_float16', lossScale, statusEvery: 1000 });
    const x = tf.randomNormal([64, 32, 32, 1], 0, 1, 'float32', 3);
    const trained = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const step = (): void => {
      optimizer.minimize(() => tf.mean(tf.square(model.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar, false, trained);
    };
    step();
    step();
    await interrupt(step, trained[0]!);
    step();
    const { skipped, goodSteps, scale } = await optimizer.lastStep();
    const numbers = Object.values(await variables());
    x.dispose();
    optimizer.dispose();
    model.dispose();
    tf.disposeVariables();
    return { numbers, report: { skipped, goodSteps, scale } };
  }

  it('leaves weights, slots, moving statistics and the scale as they were, says why, and training goes on when there is room', async () => {
    const plain = await train(async () => undefined);
    expect(plain.report).toEqual({ skipped: 0, goodSteps: 1, scale: 2 ** 9 });
    const interrupted = await train(async (step, weight) => {
      const before = await variables();
      expect(Object.keys(before).length).toBeGreaterThan(12);
      step(); // recorded, not run
      handle.trim();
      // handle.memory() would run what waits
      const { device, ledger } = tf.backend() as unknown as { device: GPUDevice; ledger: { bytes(): ReturnType<WebGPUHandle['memory']> } };
      const { physicalBytes, cachedBytes } = ledger.bytes();
      const left = CAP - physicalBytes - cachedBytes - (64 << 10);
      const buffer = device.createBuffer({ size: left, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
      const filler = tf.tensor({ buffer }, [left / 4], 'float32'); // a copy, made at once
      buffer.destroy();
      await expect(weight.data()).rejects.toThrow(/device memory is exhausted.*cap of 64\.00 MiB/s);
      filler.dispose(); // reading takes room as well
      for (const [name, values] of Object.entries(await variables())) expect(values, name).toBeBitEqual(before[name]!);
      handle.trim();
    });
    expect(interrupted.report).toEqual(plain.report);
    expect(interrupted.numbers.length).toBe(plain.numbers.length);
    interrupted.numbers.forEach((values, index) => expect(values).toBeBitEqual(plain.numbers[index]!));
  });
});
