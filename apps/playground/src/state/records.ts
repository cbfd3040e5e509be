import type { PolicyName } from './settings.ts';

/** What one step of one run was; plain JSON, so that it travels and is saved. */
export interface StepRecord {
  /** From 1. */
  readonly step: number;
  /** Mean over the batch before the update; `null` where it was not finite. */
  readonly loss: number | null;
  /** Part of the batch (of the pixels, of the characters) that was known. */
  readonly accuracy: number;
  /** The scale that the step was taken with; `null` without a loss scale. */
  readonly scale: number | null;
  /** Whether a gradient overflowed, so that the step never happened. */
  readonly skipped: boolean;
  /** From the first operation to the loss on the host; the first steps compile kernels. */
  readonly milliseconds: number;
  /** What the device holds after the step, pools included. */
  readonly heldBytes: number;
  /** The most that it held during the step. */
  readonly peakBytes: number;
}

/** One run with all of its steps. */
export interface RunHistory {
  readonly policy: PolicyName;
  readonly records: readonly StepRecord[];
  /** By examples that were never trained on; `null` until the end. */
  readonly heldOut: Judgement | null;
}

/** How well a run does on examples that it has not seen. */
export interface Judgement {
  readonly loss: number;
  readonly accuracy: number;
  readonly examples: number;
}

/** What a run came to, in few numbers. */
export interface RunSummary {
  readonly policy: PolicyName;
  readonly steps: number;
  readonly loss: number | null;
  readonly accuracy: number;
  readonly skipped: number;
  readonly scale: number | null;
  /** Median over steps that compiled nothing; 0 before there is one. */
  readonly milliseconds: number;
  readonly heldBytes: number;
  readonly peakBytes: number;
}

/** Steps whose time is mostly that of compiling. */
export const COMPILING_STEPS = 2;

/** Over how many last steps loss and accuracy are averaged, because single batches differ. */
const LAST = 10;

/**
 * Sums a run up: loss and accuracy as means over its last ten steps, the median time, the highest peak.
 *
 * Pure.
 *
 * @returns `null` before the first step
 *
 * @example
 * summarizeRun({ policy: 'float32', records: [], heldOut: null }); // null
 */
export function summarizeRun({ policy, records }: RunHistory): RunSummary | null {
  const last = records.at(-1);
  if (last === undefined) return null;
  const recent = records.slice(-LAST);
  const losses = recent.flatMap(({ loss }) => (loss === null ? [] : [loss]));
  return {
    policy,
    steps: last.step,
    loss: losses.length === 0 ? null : mean(losses),
    accuracy: mean(recent.map(({ accuracy }) => accuracy)),
    skipped: records.filter(({ skipped }) => skipped).length,
    scale: last.scale,
    milliseconds: median(records.slice(COMPILING_STEPS).map(({ milliseconds }) => milliseconds)),
    heldBytes: last.heldBytes,
    peakBytes: Math.max(...records.slice(-LAST).map(({ peakBytes }) => peakBytes)),
  };
}

/**
 * At most so many records, evenly spread, the last one always among them: what a table of a long run shows.
 *
 * Pure.
 */
export function thinned(records: readonly StepRecord[], most: number): readonly StepRecord[] {
  if (records.length <= most) return records;
  return Array.from({ length: most }, (_, i) => records[Math.round((i * (records.length - 1)) / (most - 1))] as StepRecord);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
