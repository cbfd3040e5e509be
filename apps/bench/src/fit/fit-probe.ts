import type { StepSpec } from '../step-spec.ts';
import type { SizeProbe } from './search.ts';

/** How a model grows. */
export type Dimension = 'batch' | 'depth';

/** What a process is asked: whether a model trains under a budget. */
export interface FitOrder {
  /** With `maxBytes` where the plug-in holds the budget; else the meter judges. */
  readonly spec: StepSpec;
  readonly budget: number;
  readonly dimension: Dimension;
  /** Steps that must run: buffers of the second step join those of the first. */
  readonly steps: number;
}

/** What it answers. */
export interface FitProbe extends SizeProbe {
  /** Why it does not fit. */
  readonly why: string | null;
  /** `null` where nothing was computed. */
  readonly losses: readonly (number | null)[] | null;
  /** `null` where the model could not even be built. */
  readonly device: string | null;
}
