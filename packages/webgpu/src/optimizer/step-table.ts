import type { AdapterClass } from '../kernels/kernel-source.ts';

/** How the work of an optimizer step is cut. */
export interface StepRow {
  /** Invocations of a workgroup. */
  readonly workgroup: number;
  /** Loads (of four numbers, where the size allows) that one invocation does in an update. */
  readonly updateEach: number;
  /** The same where sums are formed, and the most workgroups that share one variable there. */
  readonly sumEach: number;
  readonly sumGroups: number;
}

/**
 * Cuts by adapter class. On a CPU driver a workgroup is a task with a price of its own, so each does more; GPUs want many
 * small ones, and the sums of a variable are read again by one workgroup, which bounds their number.
 */
export const STEP_TABLE: Readonly<Record<AdapterClass, StepRow>> = {
  cpu: { workgroup: 64, updateEach: 16, sumEach: 32, sumGroups: 32 },
  discrete: { workgroup: 256, updateEach: 1, sumEach: 8, sumGroups: 128 },
  integrated: { workgroup: 128, updateEach: 2, sumEach: 8, sumGroups: 64 },
  mobile: { workgroup: 64, updateEach: 2, sumEach: 8, sumGroups: 64 },
  unknown: { workgroup: 64, updateEach: 2, sumEach: 8, sumGroups: 64 },
};
