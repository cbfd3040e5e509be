import { loss, mebibytes, microseconds, milliseconds, whole } from './figures.ts';
import { models, type ModelName } from './models/model-table.ts';
import type { StepResult } from './step-result.ts';
import { withoutEmptyColumns, type TextTable } from './table.ts';

/** Results of steps as rows: one contestant each; no column that nobody has. Pure. */
export function stepTable(results: readonly StepResult[]): TextTable {
  return withoutEmptyColumns({
    head: [
      'step',
      'dispatches',
      'ops',
      'casts',
      results.every(isTensorflow) ? 'in and out' : 'bound',
      'peak',
      'reads',
      'submits',
      'late pipelines',
      'host',
      'host/dispatch',
      'step (p10-p90)',
      'items/s',
      'loss',
    ],
    rows: results.map((result) => [
      stepTitle(result),
      whole(result.dispatches),
      whole(result.ops ?? null),
      castsOf(result),
      mebibytes(result.storageBytesBound),
      mebibytes(result.peakBytes),
      whole(result.readbacks),
      whole(result.submits),
      whole(result.pipelinesAfterWarmup),
      milliseconds(result.hostMsPerStep),
      microseconds(result.hostUsPerDispatch),
      result.stepMs === null
        ? 'count only'
        : `${milliseconds(result.stepMs.median)} (${milliseconds(result.stepMs.p10)}-${milliseconds(result.stepMs.p90)})`,
      whole(result.itemsPerSecond),
      result.losses === null ? '-' : loss(result.losses.at(-1)),
    ]),
  });
}

/** `mlp, batch 128: halftone-webgpu mixed_float16`. */
export function stepTitle(result: StepResult): string {
  return `${workTitle(result)}: ${result.backend} ${result.policy}`;
}

/** `mlp, batch 128`, and the size where it is not the model's usual one. */
export function workTitle({ model, batch, size }: Pick<StepResult, 'model' | 'batch' | 'size'>): string {
  const usual = models[model as ModelName].defaults.size;
  return `${model}, batch ${batch}${size === usual ? '' : `, size ${size}`}`;
}

/** Whether a step ran inside TensorFlow. Results of earlier days have no such field. */
export function isTensorflow({ ops }: Pick<StepResult, 'ops'>): boolean {
  return (ops ?? null) !== null;
}

/** Casts in both directions. */
export function castsOf({ castsDown, castsUp }: Pick<StepResult, 'castsDown' | 'castsUp'>): string {
  return (castsDown ?? null) === null || (castsUp ?? null) === null ? '-' : whole((castsDown ?? 0) + (castsUp ?? 0));
}
