import type { LossScale } from '@halftone/loss-scale';
import { dynamicLossScale } from '@halftone/loss-scale';
import type { Policy } from '@halftone/policy';
import { policy as toPolicy } from '@halftone/policy';
import type { ClipOptions } from './clip.ts';
import { ScaleRun } from './scale-run.ts';
import type { SkipCounters } from './skip-counters.ts';
import type { StepReport } from './step-report.ts';
import { chooseLossScale } from './wrapper-options.ts';

/** How `gradScaler` scales. */
export interface GradScalerOptions {
  /** `dynamicLossScale()` unless given; `noLossScale()` makes every call do nothing beyond plain tfjs. */
  readonly lossScale?: LossScale;
  /** Under which policy `variableGrads` runs; unless given, what is in force where it is called. */
  readonly policy?: Policy | string;
  /** Undo the steps of ALL optimizers of a round when one of them is bad, so that a GAN's two sides stay in step. */
  readonly skipAll?: boolean;
  /** The host copies the scale's state at most every so many updates; 50 unless set. */
  readonly statusEvery?: number;
  /** Called with each report that arrives: at most every `statusEvery` updates. */
  readonly onStep?: (report: StepReport) => void;
}

/** How one optimizer steps. */
export interface ScalerStepOptions extends ClipOptions {
  /** Whether gradients that the scaler did not make still carry the scale; needed for those only. */
  readonly gradients?: 'scaled' | 'unscaled';
}

/** The policy that was asked for, checked; `null` for what is in force. */
export function scalerPolicy({ policy }: GradScalerOptions): Policy | null {
  return policy === undefined ? null : toPolicy(policy);
}

/** Puts a fresh scale on the device that is current now. */
export function startScaler(
  { lossScale = dynamicLossScale(), statusEvery = 50, onStep }: GradScalerOptions,
  counters: SkipCounters,
): ScaleRun {
  return new ScaleRun(chooseLossScale({ lossScale }, null), {
    statusEvery,
    extra: () => counters.tensors(),
    onArrival: ({ report, extra }) => {
      counters.arrive(extra);
      onStep?.(report);
    },
  });
}
