import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dynamicLossScale, staticLossScale } from '@halftone/loss-scale';
import { requireOrSkip } from '@halftone/testing';
import { dawn } from '@halftone/testing/dawn';
import type { GpuMeter } from '@halftone/testing/meter';
import { installGpuMeter } from '@halftone/testing/meter';
import { gradScaler, mixedPrecisionOptimizer } from '../../src/index.ts';
import { DeviceScale } from '../../src/device-scale.ts';
import { unpack } from '../../src/scale-on-device.ts';
import { OPTIMIZERS } from '../optimizers.ts';

const vulkan = await requireOrSkip('vulkan');
let meter: GpuMeter;

/** The bits of every registered variable, read from the GPU. */
async function bits(): Promise<Record<string, number[]>> {
  const entries = Object.entries(tf.engine().registeredVariables).map(async ([name, variable]) => {
    const values = Float32Array.from(await variable.data());
    return [name, [...new Uint32Array(values.buffer)]] as const;
  });
  return Object.fromEntries((await Promise.all(entries)).map(([name, values]) => [name, [...values]]));
}

/** Two layers with a moving statistic, on data that lies on the GPU. */
function problem(): { variables: tf.Variable[]; loss: (factor: tf.Tensor) => () => tf.Scalar } {
  const variables = [[24, 40], [40], [40, 3]].map((shape, index) =>
    tf.tidy(() => tf.variable(tf.randomUniform(shape, -1, 1, 'float32', index + 1), true, `w${index}`)),
  );
  const moving = tf.tidy(() => tf.variable(tf.zeros([40]), false, 'moving'));
  const x = tf.randomUniform([32, 24], -1, 1, 'float32', 9) as tf.Tensor2D;
  const [w0, w1, w2] = variables as [tf.Variable, tf.Variable, tf.Variable];
  const loss = (factor: tf.Tensor) => (): tf.Scalar =>
    tf.tidy(() => {
      const hidden = tf.tanh(tf.add(tf.matMul(x, w0 as unknown as tf.Tensor2D), w1)) as tf.Tensor2D;
      moving.assign(tf.add(tf.mul(moving, 0.9), tf.mul(tf.mean(hidden, 0), 0.1)));
      return tf.mul(tf.mean(tf.square(tf.matMul(hidden, w2 as unknown as tf.Tensor2D))), factor) as tf.Scalar;
    });
  return { variables, loss };
}

describe.skipIf(!vulkan.available)('on the stock WebGPU backend', () => {
  beforeAll(async () => {
    await dawn();
    meter = installGpuMeter();
    await import('@tensorflow/tfjs-backend-webgpu');
    await tf.setBackend('webgpu');
    await tf.ready();
    return () => meter.uninstall();
  });
  afterEach(() => {
    tf.disposeVariables();
  });

  it('moves the scale as the pure machine does, factors that are no float32 numbers included', async () => {
    for (const options of [{ growthInterval: 2 }, { growthInterval: 2, growthFactor: 1.7, backoffFactor: 0.3, hysteresis: 2 }]) {
      const machine = dynamicLossScale(options);
      const device = new DeviceScale(machine);
      let pure = machine.init();
      for (let step = 0; step < 40; step++) {
        const finite = (step * 7) % 5 !== 0;
        // computed, so that the flag is the GPU's and not a value that the host still has
        const flag = tf.tidy(() => tf.slice(tf.less(tf.relu(tf.fill([2048], finite ? 0 : 1)), 0.5), [0], [1]));
        const firstBad = tf.tensor1d([finite ? -1 : 0]);
        device.advance({ finite: flag, applied: flag, firstBad });
        const packed = device.pack();
        pure = machine.next(pure, finite);
        expect(unpack(await packed.data()), `step ${step}`).toStrictEqual({ ...pure, firstBad: finite ? -1 : 0 });
        tf.dispose([flag, firstBad, packed]);
      }
      device.dispose();
    }
  });

  // tfjs's centered RMSProp subtracts epsilon under the root, so small honest gradients give NaN weights: plain here
  const optimizers = { ...OPTIMIZERS, rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5) };
  it.each(Object.entries(optimizers))(
    '%s: skipped steps change no bit, read nothing back, and good ones equal the bare optimizer',
    async (_name, make) => {
      const { variables, loss } = problem();
      const [one, bad] = [tf.scalar(1), tf.scalar(NaN)];
      const start = variables.map((variable) => variable.clone());
      const optimizer = mixedPrecisionOptimizer(make(), { lossScale: dynamicLossScale({ initialScale: 2 ** 24 }), statusEvery: 1000 });
      const overflow = tf.scalar(2 ** 110);
      const step = (factor: tf.Tensor): void => void optimizer.minimize(loss(factor), false, variables);

      const reads = await meter.measure(() => {
        for (const factor of [bad, one, overflow, one, bad, one]) step(factor);
      });
      expect(reads.report.readbacks).toBe(0);
      expect(reads.report.dispatches).toBeGreaterThan(100);
      const before = await bits();
      for (const factor of [bad, overflow]) step(factor);
      expect(await bits()).toStrictEqual(before);
      expect(await optimizer.lastStep()).toMatchObject({
        step: 8,
        applied: false,
        foundNonFinite: true,
        firstNonFinite: 'w0',
        scale: 2 ** 19,
        skipped: 5,
        appliedSteps: 3,
      });
      optimizer.dispose();

      for (const [index, variable] of variables.entries()) variable.assign(start[index]!);
      const bare = make();
      for (let index = 0; index < 3; index++) bare.minimize(loss(one), false, variables);
      const plain = await bits();
      for (const name of ['w0', 'w1', 'w2']) expect(plain[name], name).toStrictEqual(before[name]);
      bare.dispose();
      tf.dispose([start, one, bad, overflow]);
    },
  );

  it.each([Infinity, -Infinity, NaN])('finds a single %d among many', async (value) => {
    const values = new Float32Array(5000).fill(1);
    values[4321] = value;
    const weight = tf.variable(tf.ones([5000]), true, 'weight');
    const other = tf.variable(tf.scalar(1), true, 'other');
    const factor = tf.tensor1d(values);
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(1), { lossScale: staticLossScale(1) });
    optimizer.minimize(() => tf.add(other, tf.sum(tf.mul(weight, factor))) as tf.Scalar, false, [other, weight]);
    expect(await optimizer.lastStep()).toMatchObject({ applied: false, firstNonFinite: 'weight' });
    optimizer.dispose();
    factor.dispose();
  });

  it('accumulates by both rules without a readback, and holds as many tensors after step 200 as after step 5', async () => {
    for (const onBadMicroBatch of ['drop-window', 'drop-one'] as const) {
      const { variables, loss } = problem();
      const [one, bad] = [tf.scalar(1), tf.scalar(NaN)];
      const optimizer = mixedPrecisionOptimizer(tf.train.adam(), {
        lossScale: dynamicLossScale({ growthInterval: 4 }),
        accumulate: 2,
        onBadMicroBatch,
        clipNorm: 1,
        statusEvery: 1000,
      });
      const run = (from: number, to: number): void => {
        for (let step = from; step <= to; step++) optimizer.minimize(loss(step % 9 === 0 ? bad : one), false, variables);
      };
      const reads = await meter.measure(() => run(1, 6));
      expect(reads.report.readbacks).toBe(0);
      await optimizer.lastStep();
      const after5 = tf.memory().numTensors;
      run(7, 60);
      await optimizer.lastStep();
      expect(tf.memory().numTensors).toBe(after5);
      optimizer.dispose();
      tf.dispose([one, bad]);
      tf.disposeVariables();
    }
  });

  it('a scaler with two optimizers reads nothing back', async () => {
    const { variables, loss } = problem();
    const scaler = gradScaler({ statusEvery: 1000 });
    const optimizers = [tf.train.sgd(0.1), tf.train.adam()] as const;
    const [one, bad] = [tf.scalar(1), tf.scalar(NaN)];
    const round = (factor: tf.Tensor): void => {
      for (const [index, optimizer] of optimizers.entries()) {
        const { value, grads } = scaler.variableGrads(loss(index === 0 ? one : factor), variables);
        scaler.step(optimizer, grads);
        value.dispose();
      }
      scaler.update();
    };
    const reads = await meter.measure(() => [one, bad, one].forEach(round));
    expect(reads.report.readbacks).toBe(0);
    expect(await scaler.lastStep()).toMatchObject({ step: 3, skipped: 1, scale: 32768, applied: true });
    await expect(scaler.lossScaleState()).resolves.toMatchObject({ applied: 2 });
    for (const each of [scaler, ...optimizers]) each.dispose();
    tf.dispose([one, bad]);
  });
});
