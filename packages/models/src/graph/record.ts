import type { HalfPrecision, Policy } from '@halftone/policy';
import { state } from '../layers/state.ts';
import type { GraphView } from './graph-view.ts';
import type { GraphPrecisionOptions } from './options.ts';

/** What became of one float32 constant of a graph. */
export interface SettledWeight {
  /** `half`: stored in it. `weak`: float32, follows the activation. `wide`: float32, and keeps what it meets in float32. */
  readonly kind: 'half' | 'weak' | 'wide';
  /** Why it is not in half. */
  readonly why?: string;
}

/** What is known of one wrapped Graph model. */
export interface GraphRecord {
  readonly model: GraphView;
  policy: Policy;
  options: GraphPrecisionOptions;
  /** What the weights were settled for, or `null` before that. */
  settledFor: string | null;
  /** The wait for values that lie on the device. */
  settling: Promise<void> | null;
  weights: ReadonlyMap<string, SettledWeight>;
  /** Weights that we moved into half. */
  readonly narrowed: Map<string, HalfPrecision>;
  /** Takes the weakness of constants back. */
  readonly unmark: (() => void)[];
  /** Runs of `executeAsync` that have not ended. Weights change only between them. */
  flights: number;
  /** What waits for the last of them. */
  readonly idle: (() => void)[];
  /** How often inputs may still be looked at. */
  checks: number;
  /** Takes our methods off the model; empty once it is unwrapped. */
  readonly undo: (() => void)[];
  live: boolean;
}

/** The record of a Graph model in mixed precision, if it is. */
export function graphRecord(model: object): GraphRecord | undefined {
  return state().graphs.get(model);
}

/** Does something when no run is under way: now, or when the last one has ended. */
export function whenIdle(record: GraphRecord, work: () => void): void {
  if (record.flights === 0) work();
  else record.idle.push(work);
}

/** Follows a run, so that nothing that it uses is taken away before it ends. */
export async function fly<T>(record: GraphRecord, run: () => Promise<T>): Promise<T> {
  record.flights += 1;
  try {
    return await run();
  } finally {
    record.flights -= 1;
    if (record.flights === 0) for (const work of record.idle.splice(0)) work();
  }
}
