import type { Stage, StepOrderReason } from './stage.ts';
import { nextStage, StepOrderError } from './stage.ts';

/** Which calls one training step has seen so far; plain data, one stage for each optimizer. */
export interface StepGuard {
  /** `false` for the twin that accepts every order, as a scaler without a scale does. */
  readonly enabled: boolean;
  /** Whether a loss was ever scaled. */
  readonly scaled: boolean;
  /** The stage of each optimizer since the last update; one that is missing is `ready`. */
  readonly stages: Readonly<Record<string, Stage>>;
  /** The optimizers whose gradients were looked at since the last update. */
  readonly checked: readonly string[];
}

/** One call of a user's training loop. `gradients` counts the gradients that the optimizer has, `null` ones excluded. */
export type GuardedCall =
  | { readonly call: 'scale' }
  | { readonly call: 'unscale' | 'step'; readonly optimizer: string; readonly gradients: number }
  | { readonly call: 'update'; readonly newScale?: number };

/**
 * Makes the guard of a training loop that has not begun.
 *
 * Loops that unscale, clip, step and update by hand go wrong by order: gradients divided twice, a scale that never moves.
 * The guard turns each such mistake into an error that names the call that is missing or out of place.
 *
 * Pure and synchronous.
 *
 * @param options - `enabled` true; false accepts every order, for loops that run without a scale
 * @returns plain data for `guardCall`
 *
 * @example
 * createStepGuard(); // { enabled: true, scaled: false, stages: {}, checked: [] }
 */
export function createStepGuard({ enabled = true }: { readonly enabled?: boolean } = {}): StepGuard {
  return { enabled, scaled: false, stages: {}, checked: [] };
}

/**
 * Moves the guard by one call, or refuses the call.
 *
 * `scale` may come at any time. `unscale` and `step` go by `nextStage` for each optimizer, a step unscales by itself where that
 * was not done. `update` needs at least one optimizer whose gradients were checked, unless a new scale is set by hand.
 *
 * Pure and synchronous: the guard that is passed in stays as it was, also when this throws.
 *
 * @param guard - from `createStepGuard` or from the call before
 * @param event - the call, with the optimizer's own key and how many gradients it has
 * @returns the guard for the next call
 * @throws StepOrderError if the call comes too early, too late or twice
 * @see torch.amp.GradScaler, whose stages and errors these are
 *
 * @example
 * let guard = guardCall(createStepGuard(), { call: 'scale' });
 * guard = guardCall(guard, { call: 'step', optimizer: 'adam', gradients: 4 });
 * guard.stages; // { adam: 'stepped' }
 * guard = guardCall(guard, { call: 'update' });
 * guard.stages; // {}
 */
export function guardCall(guard: StepGuard, event: GuardedCall): StepGuard {
  if (!guard.enabled) return guard;
  if (event.call === 'scale') return guard.scaled ? guard : { ...guard, scaled: true };
  if (!guard.scaled) refuse('not-scaled', `${event.call}() before any scale(). Call scale() on the loss of this step first.`);
  if (event.call === 'update') {
    if (event.newScale === undefined && guard.checked.length === 0) {
      refuse('nothing-checked', 'update() before any gradient was checked. Call unscale() or step() first.');
    }
    return { ...guard, stages: {}, checked: [] };
  }
  const { call, optimizer, gradients } = event;
  const before = Object.hasOwn(guard.stages, optimizer) ? (guard.stages[optimizer] ?? 'ready') : 'ready';
  const stage = nextStage(before, call);
  const checked = before === 'ready' && gradients > 0 ? [...guard.checked, optimizer] : guard.checked;
  if (call === 'step' && !checked.includes(optimizer)) {
    refuse(
      'no-gradients',
      `step() for ${optimizer}, which had no gradients to check. Call scale() on a loss that depends on its variables first, or leave it out.`,
    );
  }
  return { ...guard, stages: { ...guard.stages, [optimizer]: stage }, checked };
}

function refuse(reason: StepOrderReason, problem: string): never {
  throw new StepOrderError(reason, `[loss-scale] wrong order of calls, got ${problem}`);
}
