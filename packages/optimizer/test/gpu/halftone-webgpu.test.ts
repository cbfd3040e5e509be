import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamicLossScale, noLossScale } from '@halftone/loss-scale';
import { requireOrSkip } from '@halftone/testing';
import { dawn } from '@halftone/testing/dawn';
import type { GpuMeter } from '@halftone/testing/meter';
import { installGpuMeter } from '@halftone/testing/meter';
import type { WebGPUHandle } from '@halftone/webgpu';
import { registerWebGPU } from '@halftone/webgpu';
import { mixedPrecisionOptimizer } from '../../src/index.ts';

const vulkan = await requireOrSkip('vulkan');

/** The bits of every registered variable, read from the GPU. */
async function bits(): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const [name, variable] of Object.entries(tf.engine().registeredVariables)) {
    found[name] = [...new Uint32Array(Float32Array.from(await variable.data()).buffer)];
  }
  return found;
}

function network(): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [12, 12, 1],
        filters: 8,
        kernelSize: 3,
        kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
      }),
      tf.layers.batchNormalization({ momentum: 0.9 }),
      tf.layers.reLU(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2, kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
    ],
  });
}

describe.skipIf(!vulkan.available).each(['f16', 'packed-f16'] as const)('on halftone-webgpu with %s', (codec) => {
  let handle: WebGPUHandle | undefined;
  let meter: GpuMeter;
  let images: tf.Tensor;
  let labels: tf.Tensor;

  beforeAll(async () => {
    const gpu = await dawn();
    meter = installGpuMeter();
    const adapter = await gpu.requestAdapter();
    if (codec === 'f16' && adapter?.features.has('shader-f16') !== true) return;
    handle = await registerWebGPU({ codec });
    await tf.setBackend(handle.backendName);
    const side = tf.tidy(() => tf.cast(tf.greater(tf.randomUniform([32], 0, 1, 'float32', 5), 0.5), 'int32') as tf.Tensor1D);
    labels = tf.oneHot(side, 2);
    images = tf.tidy(() => {
      const ramp = tf.reshape(tf.linspace(-1, 1, 12), [1, 1, 12, 1]);
      const sign = tf.reshape(tf.sub(tf.mul(tf.cast(side, 'float32'), 2), 1), [32, 1, 1, 1]);
      return tf.add(tf.mul(ramp, sign), tf.randomUniform([32, 12, 12, 1], -0.2, 0.2, 'float32', 6));
    });
    side.dispose();
  });
  afterAll(async () => {
    tf.disposeVariables();
    if (handle === undefined) return;
    tf.dispose([images, labels]);
    await tf.setBackend('cpu');
    handle.dispose();
    meter.uninstall();
  });

  const lossOf =
    (model: tf.LayersModel, factor = 1) =>
    (): tf.Scalar =>
      tf.mul(tf.losses.softmaxCrossEntropy(labels, model.apply(images, { training: true }) as tf.Tensor), factor) as tf.Scalar;

  it('overflows, skips bit for bit, settles and trains, without a readback', async ({ skip }) => {
    if (handle === undefined) return skip('the device has no shader-f16');
    const model = network();
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.02), {
      policy: 'mixed_float16',
      lossScale: dynamicLossScale({ initialScale: 2 ** 24 }),
      statusEvery: 1000,
    });
    const first = (await lossValue(optimizer.minimize(lossOf(model), true, variables)!)) as number;
    expect(await optimizer.lastStep()).toMatchObject({ applied: false, foundNonFinite: true, scale: 2 ** 23 });
    const before = await bits();
    optimizer.minimize(lossOf(model), false, variables);
    expect(await optimizer.lastStep()).toMatchObject({ applied: false, skipped: 2 });
    expect(await bits()).toStrictEqual(before);
    const { report } = await meter.measure(() => {
      for (let step = 0; step < 40; step++) optimizer.minimize(lossOf(model), false, variables);
    });
    expect(report.readbacks).toBe(0);
    const last = await lossValue(optimizer.minimize(lossOf(model), true, variables)!);
    expect(await optimizer.lastStep()).toMatchObject({ applied: true, step: 43 });
    expect(last).toBeLessThan(first / 4);
    optimizer.dispose();
    model.dispose();
  });

  it('a net whose gradients vanish in float16 stands still without a scale and trains with one', async ({ skip }) => {
    if (handle === undefined) return skip('the device has no shader-f16');
    const moved: boolean[] = [];
    for (const lossScale of [noLossScale(), dynamicLossScale()]) {
      const model = network();
      const kernel = model.layers[0]!.trainableWeights[0]!.read() as tf.Variable;
      const start = (await kernel.data()).slice();
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const optimizer = mixedPrecisionOptimizer(tf.train.sgd(2 ** 26), { policy: 'mixed_float16', lossScale });
      for (let step = 0; step < 4; step++) optimizer.minimize(lossOf(model, 2 ** -26), false, variables);
      const end = await kernel.data();
      moved.push(end.some((value, index) => value !== start[index]));
      optimizer.dispose();
      model.dispose();
    }
    expect(moved).toStrictEqual([false, true]);
  });
});

async function lossValue(loss: tf.Scalar): Promise<number> {
  const [value] = await loss.data();
  loss.dispose();
  return value!;
}
