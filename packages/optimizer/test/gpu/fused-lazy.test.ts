import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dynamicLossScale } from '@halftone/loss-scale';
import { requireOrSkip } from '@halftone/testing';
import type { GpuMeter } from '@halftone/testing/meter';
import { installGpuMeter } from '@halftone/testing/meter';
import { dawn } from '@halftone/testing/dawn';
import { adamW, lamb, mixedPrecisionOptimizer } from '../../src/index.ts';
import type { FusedDevices } from './fused-device.ts';
import { expectNear, expectSame, fusedDevices, problem, variableNumbers } from './fused-device.ts';

const vulkan = await requireOrSkip('vulkan');

/** What a graph fuses rounds in other places than op by op, and training carries the difference on. */
const RELATIVE = 2 ** -16;

describe.skipIf(!vulkan.available)('fused steps in the graph', () => {
  let devices: FusedDevices;
  let meter: GpuMeter;
  beforeAll(async () => {
    await dawn();
    meter = installGpuMeter();
    devices = await fusedDevices();
  });
  afterAll(async () => {
    await devices?.dispose();
    meter.uninstall();
  });
  afterEach(() => tf.disposeVariables());

  async function run(how: 'fused' | 'graph', make: () => tf.Optimizer): Promise<{ numbers: Float32Array[]; report: object }> {
    await devices.use(how);
    const { variables, loss, dispose } = problem();
    const optimizer = mixedPrecisionOptimizer(make(), {
      lossScale: dynamicLossScale({ growthInterval: 3, initialScale: 2 ** 12 }),
      policy: 'float32',
      statusEvery: 4,
    });
    for (const factor of [NaN, 1, 2 ** 126, 1, 1, NaN, 1, 1, 1]) {
      const tensor = tf.scalar(factor);
      optimizer.minimize(loss(tensor), false, variables);
      tensor.dispose();
    }
    const report = await optimizer.lastStep();
    const numbers = await variableNumbers();
    optimizer.dispose();
    dispose();
    tf.disposeVariables();
    return { numbers, report };
  }

  it.each([
    ['adam', () => tf.train.adam(0.01)],
    ['adamW', () => adamW(0.01)],
    ['nesterov', () => tf.train.momentum(0.05, 0.9, true)],
    ['lamb', () => lamb(0.01)],
  ] as const)('%s trains as op by op does', async (_name, make) => {
    const plain = await run('graph', make);
    const fused = await run('fused', make);
    expect(fused.report).toStrictEqual(plain.report);
    expectNear(fused.numbers, plain.numbers, RELATIVE);
  });

  it('gradients that are the variables themselves are read before they change', async () => {
    await devices.use('fused');
    const [a, b] = [tf.variable(tf.tensor1d([1, 2, 3, 4]), true, 'a'), tf.variable(tf.tensor1d([10, 20, 30, 40]), true, 'b')];
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(0.5), { lossScale: dynamicLossScale() });
    const [first, second] = [a.clone(), b.clone()];
    optimizer.applyGradients([
      { name: 'a', tensor: second },
      { name: 'b', tensor: first },
    ]);
    expect([...(await a.data())]).toStrictEqual([-4, -8, -12, -16]);
    expect([...(await b.data())]).toStrictEqual([9.5, 19, 28.5, 38]);
    expect([...(await first.data())]).toStrictEqual([1, 2, 3, 4]);
    expect([...(await second.data())]).toStrictEqual([10, 20, 30, 40]);
    tf.dispose([first, second]);
    optimizer.dispose();
  });

  it('clones of weights and slots keep their numbers over steps, skipped and not, without a readback', async () => {
    await devices.use('fused');
    const { variables, loss, dispose } = problem();
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(), { lossScale: dynamicLossScale(), statusEvery: 1000 });
    const [one, bad] = [tf.scalar(1), tf.scalar(NaN)];
    const step = (factor: tf.Tensor): void => void optimizer.minimize(loss(factor), false, variables);
    step(one);
    step(bad);
    const before = await variableNumbers();
    const clones = Object.values(tf.engine().registeredVariables).map((variable) => variable.clone());
    const { report } = await meter.measure(() => [one, bad, one].forEach(step));
    expect(report.readbacks).toBe(0);
    const after = await variableNumbers();
    expectSame(await Promise.all(clones.map(async (clone) => Float32Array.from(await clone.data()))), before);
    expect(after.some((numbers, index) => numbers.some((value, at) => value !== before[index]![at]))).toBe(true);
    step(bad);
    expectSame(await variableNumbers(), after);
    tf.dispose([clones, one, bad]);
    optimizer.dispose();
    dispose();
  });

  it('holds as many tensors and handles after 30 steps as after 3', async () => {
    await devices.use('fused');
    for (const make of [() => tf.train.adam(), () => lamb()]) {
      const { variables, loss, dispose } = problem();
      const optimizer = mixedPrecisionOptimizer(make(), { lossScale: dynamicLossScale(), clipVariableNorm: 1 });
      const one = tf.scalar(1);
      const after = (steps: number): object => {
        for (let step = 0; step < steps; step++) optimizer.minimize(loss(one), false, variables);
        const { numTensors, numDataBuffers } = tf.memory();
        return { numTensors, numDataBuffers, ids: tf.backend().numDataIds() };
      };
      const early = after(3);
      expect(after(27)).toStrictEqual(early);
      optimizer.dispose();
      one.dispose();
      dispose();
      tf.disposeVariables();
    }
  });

  it('a steady step of Adam on six variables is four dispatches, five where a shader binds ten buffers, and makes no pipeline', async () => {
    await devices.use('fused');
    const { variables, dispose } = problem();
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(), { lossScale: dynamicLossScale(), statusEvery: 1000 });
    const gradients = Object.fromEntries(variables.map((variable) => [variable.name, tf.onesLike(variable)]));
    const step = async (): Promise<void> => {
      optimizer.applyGradients(gradients);
      await variables[0]!.data();
    };
    await step();
    await step();
    const { report } = await meter.measure(step);
    const { device } = tf.backend() as unknown as { readonly device: GPUDevice };
    expect(report.dispatches).toBe(device.limits.maxStorageBuffersPerShaderStage >= 16 ? 4 : 5);
    expect(report.pipelines).toBe(0);
    optimizer.dispose();
    tf.dispose(gradients);
    dispose();
  });
});
