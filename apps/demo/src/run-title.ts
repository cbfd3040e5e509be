import type { RunKind, RunSpec } from './run-spec.ts';
import type { RunResult } from './run-result.ts';

/** A run with what was asked for and what came out. */
export interface FinishedRun {
  readonly spec: RunSpec;
  readonly result: RunResult;
}

/** What the runs are called, in the table, the bars and the report. */
export function runTitle(spec: Pick<RunSpec, 'kind' | 'policy'>): string {
  const titles = {
    stock: 'stock tfjs float32',
    'everything-half': `everything in half`,
    mixed: `Halftone ${spec.policy}`,
  } as const satisfies Record<RunKind, string>;
  return titles[spec.kind];
}

/** The run of a kind, if it took place. */
export function runOf(runs: readonly FinishedRun[], kind: RunKind): FinishedRun | undefined {
  return runs.find(({ spec }) => spec.kind === kind);
}
