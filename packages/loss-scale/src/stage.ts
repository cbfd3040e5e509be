/** How far one optimizer is within a training step. */
export type Stage = 'ready' | 'unscaled' | 'stepped';

/** A call that moves the stage of an optimizer. */
export type StageCall = 'unscale' | 'step' | 'update';

/** Why a call was refused. */
export type StepOrderReason =
  | 'not-scaled'
  | 'nothing-checked'
  | 'no-gradients'
  | 'unscaled-twice'
  | 'unscaled-after-step'
  | 'stepped-twice';

/** The calls of a training loop came in an order that would give wrong numbers. */
export class StepOrderError extends Error {
  override readonly name = 'StepOrderError';
  /** Which rule was broken. */
  readonly reason: StepOrderReason;

  constructor(reason: StepOrderReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

type Refusal = readonly [reason: StepOrderReason, problem: string];

const TRANSITIONS = {
  ready: { unscale: 'unscaled', step: 'stepped', update: 'ready' },
  unscaled: {
    unscale: [
      'unscaled-twice',
      'a second unscale() before update(), which would divide the gradients twice. Call unscale() once for each optimizer, then step(), then update().',
    ],
    step: 'stepped',
    update: 'ready',
  },
  stepped: {
    unscale: [
      'unscaled-after-step',
      'unscale() after step(), which is too late. Call unscale() before step(), or call update() first to begin the next step.',
    ],
    step: ['stepped-twice', 'a second step() before update(). Call update() once after all optimizers have stepped.'],
    update: 'ready',
  },
} as const satisfies Readonly<Record<Stage, Readonly<Record<StageCall, Stage | Refusal>>>>;

/**
 * Gives the stage of one optimizer after a call: ready, unscaled, stepped, and ready again after update.
 *
 * Gradients may be divided by the scale once and applied once; everything else gives wrong numbers without any sign of it.
 *
 * Pure and synchronous.
 *
 * @param stage - of this optimizer before the call
 * @param call - `unscale`, `step` or `update`
 * @returns the stage after the call
 * @throws StepOrderError if the call is out of order
 *
 * @example
 * nextStage('ready', 'unscale'); // 'unscaled'
 * nextStage('unscaled', 'step'); // 'stepped'
 */
export function nextStage(stage: Stage, call: StageCall): Stage {
  const next: Stage | Refusal = TRANSITIONS[stage][call];
  if (typeof next === 'string') return next;
  throw new StepOrderError(next[0], `[loss-scale] wrong order of calls, got ${next[1]}`);
}
