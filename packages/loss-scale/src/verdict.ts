import type { LossScale } from './loss-scale.ts';
import type { LossScaleState } from './state.ts';

/** What to think of a state: go on, tell the user once, or stop. */
export interface LossScaleVerdict {
  readonly status: 'ok' | 'warn' | 'give-up';
  /** For people; present unless the status is `ok`. */
  readonly message?: string;
}

/** What the caller knows beside the state. */
export interface VerdictContext {
  /** The name of the first gradient that was not finite in the latest skipped step, for the message. */
  readonly firstBad?: string;
}

/**
 * Judges a state: whether training goes well, strains, or cannot go on.
 *
 * A dynamic scale below 1 means that the true gradients are near overflow. Skips in a row mean that no scale helps: mostly the
 * loss itself is NaN, and some op has to move to float32. Other systems go on skipping for ever, or apply the bad update.
 *
 * Pure and synchronous: throws nothing, reads no tensor and never waits for the GPU. Messages are built only when there is something to say.
 *
 * @param machine - the loss scale that the state belongs to
 * @param state - the state after the latest step
 * @param context - `firstBad`: the name of the first non-finite gradient, where it is known
 * @returns `give-up` from `maxConsecutiveSkips` skips in a row, `warn` while a dynamic scale is below 1, else `ok`
 *
 * @example
 * const machine = dynamicLossScale({ maxConsecutiveSkips: 2 });
 * const bad = machine.next(machine.next(machine.init(), false), false);
 * lossScaleVerdict(machine, bad).status; // 'give-up'
 */
export function lossScaleVerdict(machine: LossScale, state: LossScaleState, context: VerdictContext = {}): LossScaleVerdict {
  if (state.skippedInRow >= machine.options.maxConsecutiveSkips) return { status: 'give-up', message: giveUp(machine, state, context) };
  if (machine.kind === 'dynamic' && state.scale < 1) return { status: 'warn', message: warning(machine, state) };
  return { status: 'ok' };
}

function giveUp({ kind, options }: LossScale, state: LossScaleState, { firstBad }: VerdictContext): string {
  const where = firstBad === undefined ? '' : ` The first gradient that is not finite is that of ${firstBad}.`;
  const at = kind === 'none' ? 'without a loss scale' : `at a ${kind} loss scale of ${state.scale}`;
  const remedy =
    kind === 'static'
      ? 'Lower the static scale, or use dynamicLossScale().'
      : 'No scale repairs a loss that is NaN by itself: lower the learning rate, or run the op that overflows in float32.';
  return (
    `[loss-scale] too many steps skipped in a row, got ${state.skippedInRow} (limit ${options.maxConsecutiveSkips}) ${at}; ` +
    `${state.applied} steps were applied before.${where} ${remedy}`
  );
}

function warning({ options }: LossScale, state: LossScaleState): string {
  return (
    `[loss-scale] the loss scale should stay at 1 or above, got ${state.scale} after ${state.skipped} skipped steps (floor ${options.minScale}). ` +
    'The true gradients are close to the largest float16: clip them, lower the learning rate, or use bfloat16.'
  );
}
