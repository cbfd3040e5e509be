import { nextState } from './next-state.ts';
import { restoreState } from './restore-state.ts';
import type { LossScaleState } from './state.ts';

/** Whether there is a scale at all, and whether it moves. */
export type LossScaleKind = 'none' | 'static' | 'dynamic';

/** The rule of a scale as plain numbers. `none` and `static` are the same rule with both factors at 1. */
export interface LossScaleRule {
  /** The scale of the first step. */
  readonly initialScale: number;
  /** What a run of `growthInterval` finite steps multiplies the scale by. */
  readonly growthFactor: number;
  /** What a bad step multiplies the scale by. */
  readonly backoffFactor: number;
  /** Finite steps in a row before the scale grows. */
  readonly growthInterval: number;
  /** The scale never falls below this. */
  readonly minScale: number;
  /** The scale never rises above this. */
  readonly maxScale: number;
  /** Skipped steps in a row after which the verdict is to give up. */
  readonly maxConsecutiveSkips: number;
  /** Bad steps in a row that it takes before the scale backs off; 1 backs off at once. */
  readonly hysteresis: number;
}

/** A loss scale: a rule and the pure steps over its state. It holds no state itself, so one may serve many models. */
export interface LossScale {
  readonly kind: LossScaleKind;
  readonly options: LossScaleRule;
  /** The state before the first step. */
  init(): LossScaleState;
  /** The state after a step; never throws. Replicas that are fed the AND of their finite flags stay identical. */
  next(state: LossScaleState, finite: boolean): LossScaleState;
  /** Checks a state that comes from outside (a checkpoint) and returns a clean copy; throws where it does not fit. */
  restore(state: unknown): LossScaleState;
}

/** Puts the steps around a checked rule. */
export function lossScaleOf(kind: LossScaleKind, options: LossScaleRule): LossScale {
  const machine: LossScale = {
    kind,
    options: Object.freeze(options),
    init: () => ({ scale: options.initialScale, goodSteps: 0, skippedInRow: 0, skipped: 0, applied: 0 }),
    next: (state, finite) => nextState(options, state, finite),
    restore: (state) => restoreState(machine, state),
  };
  return Object.freeze(machine);
}
