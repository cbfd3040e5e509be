import { judge } from './outcome.ts';
import type { FinishedRun } from './run-title.ts';
import type { PluginName } from './run-spec.ts';

/** What `--json` prints of a run; what is not finite or not known is null. */
export interface JsonRun {
  readonly backend: string;
  readonly policy: string;
  readonly accuracy: number | null;
  readonly losses: readonly (number | null)[];
  readonly peakBytes: number | null;
  readonly dispatches: number | null;
  readonly storageBytesBound: number | null;
  readonly scale: number | null;
  readonly skipped: number;
  readonly [more: string]: unknown;
}

/** What `--json` prints. */
export interface JsonResult {
  readonly plugin: PluginName;
  readonly device: string;
  readonly runs: readonly JsonRun[];
  readonly [more: string]: unknown;
}

/**
 * Puts the runs into the shape of `--json`.
 *
 * Pure.
 *
 * @param runs - finished runs
 * @param facts - what holds for all of them
 */
export function resultJson(
  runs: readonly FinishedRun[],
  facts: { readonly plugin: PluginName; readonly device: string; readonly verdict: string; readonly data: string; readonly seed: number },
): JsonResult {
  return { ...facts, runs: runs.map(jsonRun) };
}

function jsonRun({ spec, result }: FinishedRun): JsonRun {
  const { counters } = result;
  const outcome = judge(result.losses);
  return {
    backend: result.backend,
    policy: result.policy,
    accuracy: result.accuracy,
    losses: result.losses.map(finiteOrNull),
    peakBytes: counters?.peakBytes ?? null,
    dispatches: counters?.dispatches ?? null,
    storageBytesBound: counters?.storageBytesBound ?? null,
    scale: result.scale,
    skipped: result.skipped,
    kind: spec.kind,
    codec: result.codec,
    outcome: outcome.kind,
    finalLoss: finiteOrNull(outcome.finalLoss),
    firstNonFiniteStep: outcome.firstNonFinite,
    unanswered: result.unanswered,
    scaleHistory: result.scaleHistory,
    ops: counters?.ops ?? null,
    readbacks: counters?.readbacks ?? null,
    trainPeakBytes: counters?.trainPeakBytes ?? null,
    latePipelines: counters?.latePipelines ?? null,
    countersAgree: counters?.deterministic ?? null,
    stepMs: result.stepMs,
    totalSeconds: result.totalSeconds,
    steps: result.steps,
    batch: result.batch,
    weights: result.weights,
    fileAccuracy: result.fileAccuracy,
    tensorflow: result.tensorflow,
  };
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
