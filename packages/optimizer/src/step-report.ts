import type { LossScaleState } from '@halftone/loss-scale';

/** What became of a step. */
export type StepOutcome = 'applied' | 'non-finite' | 'no-gradients' | 'none-yet';

/** What one step did. Numbers are those after it: `scale` is the scale of the next step. */
export interface StepReport {
  /** Steps attempted so far, this one included; one for each window when gradients are accumulated. */
  readonly step: number;
  /** Whether weights and slots changed. */
  readonly applied: boolean;
  /** Whether a gradient of the step had an infinity or NaN; always `false` without a loss scale, where nothing is checked. */
  readonly foundNonFinite: boolean;
  /** The variable whose gradient was the first such one, in the order of the step. */
  readonly firstNonFinite: string | null;
  readonly outcome: StepOutcome;
  readonly scale: number;
  readonly goodSteps: number;
  readonly skippedInRow: number;
  readonly skipped: number;
  readonly appliedSteps: number;
}

/** A report from the state after a step, as it came from the device. */
export function stepReport(
  state: LossScaleState,
  { step, firstBad, names }: { readonly step: number; readonly firstBad: number; readonly names: readonly string[] },
): StepReport {
  const { scale, goodSteps, skippedInRow, skipped, applied: appliedSteps } = state;
  const applied = skippedInRow === 0;
  return {
    step,
    applied,
    foundNonFinite: firstBad >= 0,
    firstNonFinite: names[firstBad] ?? null,
    outcome: applied ? 'applied' : 'non-finite',
    scale,
    goodSteps,
    skippedInRow,
    skipped,
    appliedSteps,
  };
}
