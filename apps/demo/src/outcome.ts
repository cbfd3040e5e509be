/** How a training ended. */
export type OutcomeKind = 'learned' | 'not-a-number' | 'diverged' | 'stuck';

/** The end of a training, with what shows it. */
export interface Outcome {
  readonly kind: OutcomeKind;
  /** Mean loss of the last tenth of the steps; NaN when one of them is not finite. */
  readonly finalLoss: number;
  /** First step, counted from 1, whose loss is not finite. */
  readonly firstNonFinite: number | null;
  /** One clause, without a subject: `learned`, `its loss is NaN from step 7 on`, ... */
  readonly text: string;
}

/** The loss of a classifier that says 10 % to each of the ten digits. */
const GUESSING = Math.log(10);

/**
 * Judges a training by its losses alone.
 *
 * Pure.
 *
 * @param losses - one per step, at least one
 * @returns what became of it: a training counts as learned when its last tenth lies clearly below the loss of guessing
 *
 * @example
 * judge([2.4, 2.1, NaN, NaN]).text; // 'its loss is NaN from step 3 on'
 */
export function judge(losses: readonly number[]): Outcome {
  const tail = losses.slice(-Math.max(1, Math.ceil(losses.length / 10)));
  const finalLoss = tail.reduce((sum, loss) => sum + loss, 0) / tail.length;
  const bad = losses.findIndex((loss) => !Number.isFinite(loss));
  const firstNonFinite = bad < 0 ? null : bad + 1;
  const outcome = (kind: OutcomeKind, text: string): Outcome => ({ kind, finalLoss, firstNonFinite, text });
  if (!Number.isFinite(finalLoss)) return outcome('not-a-number', `its loss is ${losses[bad]} from step ${firstNonFinite} on`);
  const first = losses[0] ?? GUESSING;
  if (finalLoss > 1.3 * Math.max(first, GUESSING))
    return outcome('diverged', `it diverged: loss ${finalLoss.toFixed(2)}, where it began at ${first.toFixed(2)}`);
  if (finalLoss > 0.8 * GUESSING)
    return outcome('stuck', `it is stuck at loss ${finalLoss.toFixed(2)}, where guessing gives ${GUESSING.toFixed(2)}`);
  return outcome('learned', 'learned');
}
