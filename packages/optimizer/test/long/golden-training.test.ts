import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setDefaultPolicy } from '@halftone/autocast';
import { dynamicLossScale } from '@halftone/loss-scale';
import { requireOrSkip } from '@halftone/testing';
import { dawn } from '@halftone/testing/dawn';
import type { WebGPUHandle } from '@halftone/webgpu';
import { registerWebGPU } from '@halftone/webgpu';
import { mixedPrecisionOptimizer } from '../../src/index.ts';
import { arraysOf, goldenCase, goldenLoss, movingStart, type GoldenCase, type GoldenRun } from './golden-models.ts';

const vulkan = await requireOrSkip('vulkan');
const POLICIES: Readonly<Record<string, string>> = {
  float32: 'float32',
  autocast_float16: 'mixed_float16',
  cuda_list_float16: 'mixed_float16',
  autocast_bfloat16: 'mixed_bfloat16',
  cuda_list_bfloat16: 'mixed_bfloat16',
};
const cases = ['cnn', 'transformer', 'transformer_full'].map(goldenCase);
const trainings = cases.flatMap((c) =>
  c.runs.map((run) => [`${c.name}, ${run.optimizer}, ${run.mode}${run.note === undefined ? '' : ', scale too high'}`, c, run] as const),
);
const halfTrainings = trainings.filter(([, { name }, { mode }]) => name !== 'transformer_full' && mode === 'cuda_list_float16');

interface Trained {
  readonly losses: number[];
  /** Before each step. */
  readonly scales: number[];
  readonly skipped: number[];
  readonly stepPath: string | null;
  readonly final: Readonly<Record<string, Float32Array>>;
}

/** Trains as the reference did, and keeps what it kept. */
async function train(c: GoldenCase, run: GoldenRun): Promise<Trained> {
  const variablesOf = (arrays: Record<string, tf.Tensor>, trainable: boolean): Record<string, tf.Variable> =>
    Object.fromEntries(Object.entries(arrays).map(([name, value]) => [name, tf.variable(value, trainable)]));
  const initial = Object.entries(arraysOf(c.weights, 'initial/')).map(([name, { shape, data }]) => [name, tf.tensor(data, shape)] as const);
  const weights = variablesOf(Object.fromEntries(initial), true);
  const moving = variablesOf(movingStart(c), false);
  const { x, y } = arraysOf(c.data, '') as Record<'x' | 'y', { shape: number[]; data: Int32Array }>;
  const { lr, momentum = 0, eps = 1e-7 } = run.args;
  const inner = run.optimizer === 'SGD' ? tf.train.momentum(lr, momentum) : tf.train.adam(lr, 0.9, 0.999, eps);
  const policy = POLICIES[run.mode] ?? '';
  const scaled = run.scaler && dynamicLossScale({ initialScale: run.scaler.init_scale, growthInterval: run.scaler.growth_interval });
  const optimizer = mixedPrecisionOptimizer(inner, { policy, ...(scaled && { lossScale: scaled }) });
  const undo = setDefaultPolicy(policy);
  const [losses, scales, skipped]: [number[], number[], number[]] = [[], [], []];
  try {
    let scale = scaled?.init().scale ?? 1;
    for (let step = 0; step < c.steps; step += 1) {
      const batchOf = <R extends tf.Tensor>(
        { shape: [, ...shape], data }: { shape: number[]; data: Int32Array },
        dtype: tf.DataType,
      ): R => {
        const size = tf.util.sizeFromShape(shape);
        const from = (step % c.batches) * size;
        return tf.tensor(data.subarray(from, from + size), shape, dtype) as R;
      };
      const inputs = batchOf(x, c.model === 'cnn' ? 'float32' : 'int32');
      const labels = batchOf<tf.Tensor1D>(y, 'int32');
      const loss = optimizer.minimize(() => goldenLoss(c, weights, moving, inputs, labels), true, Object.values(weights));
      losses.push((await loss!.data())[0] ?? Number.NaN);
      scales.push(scale);
      const report = await optimizer.lastStep();
      if (!report.applied) skipped.push(step);
      scale = report.scale;
      tf.dispose([inputs, labels, loss!]);
    }
    const kept = Object.entries({ ...weights, ...moving });
    const final = Object.fromEntries(
      await Promise.all(kept.map(async ([name, weight]) => [name, (await weight.data()) as Float32Array] as const)),
    );
    return { losses, scales, skipped, stepPath: optimizer.stepPath, final };
  } finally {
    undo();
    optimizer.dispose();
    tf.dispose([weights, moving, initial.map(([, value]) => value)]);
  }
}

/** Where a loss first leaves the tolerance of its step; the largest part of the tolerance that was used. */
function worstPart(losses: readonly number[], { loss, tolerance }: GoldenRun): { readonly part: number; readonly step: number } {
  const parts = loss.map((wanted, step) => Math.abs((losses[step] ?? Number.NaN) - wanted) / (tolerance[step] ?? 0));
  const worst = parts.reduce((at, part, step) => (part > (parts[at] ?? 0) || Number.isNaN(part) ? step : at), 0);
  return { part: parts[worst] ?? Number.NaN, step: worst };
}

function expectParity(trained: Trained, c: GoldenCase, run: GoldenRun): void {
  if (run.note !== undefined) {
    expect(Math.abs(trained.skipped.length - run.skipped.length), `skipped ${trained.skipped.join()}`).toBeLessThanOrEqual(1);
    expect(trained.losses.every(Number.isFinite)).toBe(true);
    expect((trained.losses.at(-1) ?? Number.NaN) / (run.loss.at(-1) ?? 0)).toBeCloseTo(1, 0); // within a half
    return;
  }
  const { part, step } = worstPart(trained.losses, run);
  expect(part, `step ${step}: loss ${trained.losses[step]}, torch has ${run.loss[step]}`).toBeLessThanOrEqual(1);
  expect(trained.skipped).toEqual(run.skipped);
  expect(trained.scales).toEqual(run.scale);
  if (run.mode === 'float32') return;
  const full = c.runs.find(({ mode, optimizer }) => mode === 'float32' && optimizer === run.optimizer);
  expect(worstPart(trained.losses, full!).part, 'half must show: float32 would pass as well').toBeGreaterThan(1);
}

describe.skipIf(!vulkan.available)('trainings of torch, step by step, on fused kernels and fused steps', () => {
  let native: WebGPUHandle;
  let packed: WebGPUHandle;

  beforeAll(async () => {
    await dawn();
    native = await registerWebGPU();
    packed = await registerWebGPU({ backendName: 'halftone-packed', codec: 'packed-f16' });
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
    native?.dispose();
    packed?.dispose();
  });

  it.each(trainings)('%s', async (_name, c, run) => {
    await tf.setBackend(native.backendName);
    const trained = await train(c, run);
    expectParity(trained, c, run);
    expect(trained.stepPath).toBe('fused');
    if (run.mode !== 'float32' || run.optimizer !== 'SGD') return;
    for (const [name, { data }] of Object.entries(arraysOf(c.weights, 'final/SGD/'))) {
      data.forEach((wanted, i) => {
        const gap = Math.abs((trained.final[name]?.[i] ?? Number.NaN) - wanted) / Math.max(1, Math.abs(wanted));
        expect(gap, `${name}[${i}]`).toBeLessThanOrEqual(1e-5);
      });
    }
  });

  it.each(halfTrainings)('%s, on packed halves', async (_name, c, run) => {
    await tf.setBackend(packed.backendName);
    expectParity(await train(c, run), c, run);
  });
});
