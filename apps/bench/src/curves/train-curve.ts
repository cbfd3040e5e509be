import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { mul, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { openGpu } from '../device.ts';
import type { Batch, ModelDefinition, TrainModel } from '../models/model.ts';
import { models } from '../models/model-table.ts';
import { createOptimizer } from '../models/optimizers.ts';
import { seeded } from '../models/seeded.ts';
import { openTfjs } from '../open-tfjs.ts';
import { curveData } from './curve-data.ts';
import { BATCH_NORM_MOMENTUM, type CurveResult, type CurveSpec } from './curve-spec.ts';

/**
 * Trains one model on real data under one policy, fusion on, and judges it by held-out batches.
 *
 * To be called once in a process: it registers the backend and sets the default policy. Waits for the GPU once per step.
 *
 * @param onStep - gets each loss as it comes
 * @throws Error if the device reports an error, or there is no adapter
 */
export async function trainCurve(spec: CurveSpec, onStep: (step: number, loss: number) => void): Promise<CurveResult> {
  const begin = performance.now();
  const { steps, batch, size, depth, heldOut } = spec.sizes;
  const gpu = await openGpu({ countOnly: false });
  gpu.meter.uninstall(); // nothing is counted here
  const codec = await openTfjs({ backend: 'halftone-webgpu', policy: spec.policy });
  const definition: ModelDefinition = models[spec.model];
  const data = curveData(spec.model, { ...spec.sizes, folder: spec.data, seed: spec.seed });
  const optimizer = mixedPrecisionOptimizer(createOptimizer(definition.optimizer, { source: 'halftone' }), { policy: spec.policy });
  const model = definition.build({ batch, size, depth, seed: spec.seed, batchNormMomentum: BATCH_NORM_MOMENTUM }, optimizer);
  if (spec.nudge > 0) nudge(model.variables, spec);
  const losses: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    losses.push(await withBatch(data.train(step), (given) => model.train(given)));
    onStep(step + 1, losses[step] ?? Number.NaN);
  }
  gpu.check();
  const { skipped, scale } = await optimizer.lastStep();
  const heldOutLoss = await judged(model, data.heldOut, heldOut);
  gpu.check();
  const isScaled = spec.policy === 'mixed_float16';
  const seconds = (performance.now() - begin) / 1000;
  return { losses, heldOutLoss, skipped, scale: isScaled ? scale : null, codec, device: gpu.description, seconds };
}

async function judged(model: TrainModel, batchOf: (index: number) => Batch, count: number): Promise<number> {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += await withBatch(batchOf(index), (given) => model.judge(given));
  return sum / count;
}

async function withBatch<T>(batch: Batch, use: (batch: Batch) => Promise<T>): Promise<T> {
  try {
    return await use(batch);
  } finally {
    batch.inputs.dispose();
    batch.targets.dispose();
  }
}

/** Multiplies each weight by 1 + nudge * n, n from the normal distribution: what rounding does, without half precision. */
function nudge(variables: readonly Variable[], { nudge: amount, seed }: CurveSpec): void {
  const random = seeded(seed + 3000);
  for (const variable of variables)
    tidy(() => {
      const factors = random.normals(variable.size, amount).map((value) => 1 + value);
      variable.assign(mul(variable, tensor(factors, variable.shape, 'float32')));
    });
}
