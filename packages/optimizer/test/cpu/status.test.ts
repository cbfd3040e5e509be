import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dynamicLossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptimizer, MixedPrecisionOptions, StepReport } from '../../src/index.ts';
import { gradScaler, mixedPrecisionOptimizer } from '../../src/index.ts';
import { countReadbacks } from '../readbacks.ts';

let weight: tf.Variable;

function step(optimizer: MixedPrecisionOptimizer, factor = 1): void {
  optimizer.minimize(() => tf.sum(tf.mul(weight, factor)), false, [weight]);
}

function wrap(options: MixedPrecisionOptions = {}, inner: tf.Optimizer = tf.train.sgd(0.1)): MixedPrecisionOptimizer {
  return mixedPrecisionOptimizer(inner, { lossScale: dynamicLossScale(), ...options });
}

/** Lets copies that are under way arrive. */
const arrivals = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('what the host learns of the scale', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
    weight = tf.variable(tf.tensor1d([1, 2]), true, 'kernel');
  });
  afterEach(() => {
    tf.disposeVariables();
    vi.restoreAllMocks();
  });

  it('copies the state once in statusEvery steps and not more', async () => {
    const reports: StepReport[] = [];
    const optimizer = wrap({ statusEvery: 10, onStep: (report) => reports.push(report) });
    const reads = countReadbacks();
    for (let index = 0; index < 100; index++) {
      step(optimizer, index % 10 === 9 ? NaN : 1);
      await arrivals();
    }
    expect(reads.count()).toBe(10);
    reads.stop();
    expect(reports.map((report) => report.step)).toStrictEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(reports[9]).toMatchObject({ applied: false, firstNonFinite: 'kernel', skipped: 10, appliedSteps: 90, scale: 64, goodSteps: 0 });
    optimizer.dispose();
  });

  it('counts iterations as applied steps once the device has told', async () => {
    const optimizer = wrap({}, tf.train.adam());
    for (const factor of [1, NaN, 1, Infinity, 1]) step(optimizer, factor);
    expect(optimizer.iterations).toBe(5);
    await optimizer.lastStep();
    expect(optimizer.iterations).toBe(3);
    step(optimizer);
    expect(optimizer.iterations).toBe(4);
    const [iter] = await optimizer.getWeights();
    expect(iter!.tensor.dataSync()[0]).toBe(4);
    optimizer.dispose();
  });

  it('passes a learning rate through to the inner optimizer, whichever side sets it', () => {
    const inner = tf.train.sgd(0.5);
    const optimizer = wrap({}, inner);
    optimizer.learningRate = 0.25;
    step(optimizer);
    expect(weight.dataSync()[0]).toBe(0.75);
    (inner as tf.SGDOptimizer).setLearningRate(0.125);
    step(optimizer);
    expect(weight.dataSync()[0]).toBe(0.625);
    expect(optimizer.learningRate).toBe(0.125);
    optimizer.setLearningRate(1);
    step(optimizer);
    expect(weight.dataSync()[0]).toBe(-0.375);
    optimizer.dispose();
  });

  it('warns once when the scale falls below 1', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const optimizer = wrap({ lossScale: dynamicLossScale({ initialScale: 1 }) });
    for (let index = 0; index < 3; index++) {
      step(optimizer, NaN);
      await optimizer.lastStep();
    }
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]![0])).toMatch(/scale should stay at 1 or above, got 0.5/);
    optimizer.dispose();
  });

  it('hands an error of onStep to the next call', async () => {
    const optimizer = wrap({
      statusEvery: 1,
      onStep: () => {
        throw new Error('from the callback');
      },
    });
    step(optimizer);
    await arrivals();
    expect(() => step(optimizer)).toThrow('from the callback');
    optimizer.dispose();
  });

  it('hands a copy that failed to the next call, saying what to do', async () => {
    const optimizer = wrap({ statusEvery: 1 });
    const backend = tf.backend() as unknown as Record<string, unknown>;
    backend['read'] = () => Promise.reject(new Error('device lost'));
    step(optimizer);
    await arrivals();
    Reflect.deleteProperty(backend, 'read');
    expect(() => step(optimizer)).toThrow(/device lost.*snapshot\(\)/);
    await expect(optimizer.lastStep()).resolves.toBeDefined();
    optimizer.dispose();
  });

  it('round-trips through JSON', async () => {
    const first = wrap();
    for (const factor of [1, NaN, 1]) step(first, factor);
    const state = await first.lossScaleState();
    const saved = JSON.parse(JSON.stringify(first)) as ReturnType<MixedPrecisionOptimizer['toJSON']>;
    expect(saved).toStrictEqual({
      version: 1,
      kind: 'dynamic',
      state: { scale: 32768, goodSteps: 1, skippedInRow: 0, skipped: 1, applied: 2 },
    });
    expect(saved.state).toStrictEqual(state);
    const second = wrap();
    second.restore(saved);
    expect(await second.lossScaleState()).toStrictEqual(state);
    expect(() => second.restore({ ...saved, version: 2 } as never)).toThrow(/version 1, got 2/);
    expect(() => second.restore({ ...saved, kind: 'static' })).toThrow(/dynamic.*got "?static/);
    first.dispose();
    second.dispose();
  });

  it('counts without a scale as well', async () => {
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(0.1), { policy: 'mixed_bfloat16' });
    const reads = countReadbacks();
    step(optimizer);
    expect(await optimizer.lastStep()).toMatchObject({ step: 1, applied: true, scale: 1, appliedSteps: 1 });
    expect(reads.count()).toBe(0);
    reads.stop();
    optimizer.dispose();
  });

  it('a scaler copies as seldom and corrects the iterations of each optimizer', async () => {
    const bias = tf.variable(tf.scalar(0), true, 'bias');
    const reports: StepReport[] = [];
    const scaler = gradScaler({ statusEvery: 5, onStep: (report) => reports.push(report) });
    const [good, bad] = [tf.train.adam(), tf.train.adam()];
    const reads = countReadbacks();
    for (let index = 0; index < 10; index++) {
      const { value, grads } = scaler.variableGrads(() => tf.add(tf.sum(weight), tf.mul(bias, index % 2 === 0 ? NaN : 1)), [weight, bias]);
      scaler.step(good, { kernel: grads['kernel']! });
      scaler.step(bad, { bias: grads['bias']! });
      scaler.update();
      value.dispose();
      await arrivals();
    }
    expect(reads.count()).toBe(2);
    reads.stop();
    expect(reports.map((report) => [report.step, report.firstNonFinite])).toStrictEqual([
      [5, 'bias'],
      [10, null],
    ]);
    expect([good.iterations, bad.iterations]).toStrictEqual([10, 5]);
    scaler.dispose();
  });
});
