import { CURVE_POLICIES, CURVE_SIZES, type CurveLength, type CurveModel, type CurvePolicy, type CurveResult } from './curve-spec.ts';

/** A finished training. */
export interface CurveRun extends CurveResult {
  readonly model: CurveModel;
  readonly policy: CurvePolicy;
  readonly seed: number;
  readonly nudge: number;
}

/** One training against that in float32 from the same seed. */
export interface CurveVerdict {
  readonly model: CurveModel;
  readonly policy: CurvePolicy;
  readonly seed: number;
  /** Whether it is a float32 training from nudged weights, which says how far rounding alone moves a curve. */
  readonly isNudged: boolean;
  readonly first: number;
  /** Mean over the last steps. */
  readonly final: number;
  readonly heldOut: number;
  /** Relative to float32, 0 where equal. */
  readonly finalGap: number;
  readonly heldOutGap: number;
  readonly skipped: number;
  readonly scale: number | null;
  readonly seconds: number;
  readonly passed: boolean;
}

/** How far the final and the held-out loss may be from those of float32, relative to them. Short trainings keep it as well as whole ones. */
export const CURVE_BOUND = 0.02;

/** A training that learned has come down to this part of its first loss at most. */
export const LEARNED = 0.95;

/** The mean of the last losses. Pure. */
export function finalLoss(losses: readonly number[], last: number): number {
  const tail = losses.slice(-last);
  return tail.reduce((sum, loss) => sum + loss, 0) / tail.length;
}

/**
 * Holds each training against that in float32 from the same seed.
 *
 * Pure. A training fails whose final or held-out loss is further away than `CURVE_BOUND`, which has a loss that is not finite, or which has not come down; so does one without its yardstick.
 *
 * @param runs - in any order
 */
export function judgeCurves(runs: readonly CurveRun[], length: CurveLength): readonly CurveVerdict[] {
  const ranked = [...runs].sort(
    (a, b) =>
      a.model.localeCompare(b.model) ||
      a.seed - b.seed ||
      a.nudge - b.nudge ||
      CURVE_POLICIES.indexOf(a.policy) - CURVE_POLICIES.indexOf(b.policy),
  );
  return ranked.map((run) => {
    const { model, policy, seed, nudge, skipped, scale, heldOutLoss: heldOut, losses } = run;
    const { last } = CURVE_SIZES[length][model];
    const yardstick = runs.find((other) => other.model === model && other.seed === seed && other.policy === 'float32' && other.nudge === 0);
    const final = finalLoss(losses, last);
    const finalGap = gap(final, yardstick && finalLoss(yardstick.losses, last));
    const heldOutGap = gap(heldOut, yardstick?.heldOutLoss);
    const first = losses[0] ?? Number.NaN;
    const isNear = Math.abs(finalGap) <= CURVE_BOUND && Math.abs(heldOutGap) <= CURVE_BOUND;
    const passed = losses.every(Number.isFinite) && final <= LEARNED * first && (isNear || nudge > 0);
    return {
      model,
      policy,
      seed,
      isNudged: nudge > 0,
      first,
      final,
      heldOut,
      finalGap,
      heldOutGap,
      skipped,
      scale,
      seconds: run.seconds,
      passed,
    };
  });
}

const gap = (value: number, yardstick: number | undefined): number => value / (yardstick ?? Number.NaN) - 1;
