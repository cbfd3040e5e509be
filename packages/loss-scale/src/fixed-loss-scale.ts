import { checkCount, checkScale, GREATEST_COUNT } from './check-rule.ts';
import type { LossScale, LossScaleKind } from './loss-scale.ts';
import { lossScaleOf } from './loss-scale.ts';

/** What may be set about a scale that never moves. */
export interface FixedLossScaleOptions {
  /** Skipped steps in a row after which the verdict is to give up; 100 unless set. */
  readonly maxConsecutiveSkips?: number;
}

function fixed(kind: LossScaleKind, scale: number, { maxConsecutiveSkips = 100 }: FixedLossScaleOptions): LossScale {
  checkCount('maxConsecutiveSkips', maxConsecutiveSkips);
  return lossScaleOf(kind, {
    initialScale: scale,
    growthFactor: 1,
    backoffFactor: 1,
    growthInterval: GREATEST_COUNT,
    minScale: scale,
    maxScale: scale,
    maxConsecutiveSkips,
    hysteresis: 1,
  });
}

/**
 * Makes the loss scale that is no scale: always 1.
 *
 * The no-op twin of the others, so that code with and without scaling is the same code. bfloat16 and float32 have the range
 * that makes scaling needless. It still counts applied and skipped steps.
 *
 * Pure and synchronous: reads no tensor and never waits for the GPU.
 *
 * @param options - `maxConsecutiveSkips` 100 before the verdict is to give up
 * @returns a frozen machine without state of its own
 * @throws RangeError or TypeError if `maxConsecutiveSkips` is no whole number from 1
 *
 * @example
 * const machine = noLossScale();
 * machine.next(machine.init(), false); // { scale: 1, goodSteps: 0, skippedInRow: 1, skipped: 1, applied: 0 }
 */
export function noLossScale(options: FixedLossScaleOptions = {}): LossScale {
  return fixed('none', 1, options);
}

/**
 * Makes a loss scale that stays where it is put.
 *
 * For models whose gradients are known (a power of 2 loses no bits), and for comparing runs that must not differ in their scale.
 * Bad steps are still skipped and counted; nothing lowers the scale, so many skips in a row end in the verdict to give up.
 *
 * Pure and synchronous: reads no tensor and never waits for the GPU.
 *
 * @param scale - the factor for the loss, above 0 with a finite inverse in float32; rounded to float32
 * @param options - `maxConsecutiveSkips` 100 before the verdict is to give up
 * @returns a frozen machine without state of its own
 * @throws RangeError or TypeError if `scale` is no such number
 *
 * @example
 * const machine = staticLossScale(1024);
 * machine.next(machine.init(), false).scale; // 1024
 */
export function staticLossScale(scale: number, options: FixedLossScaleOptions = {}): LossScale {
  return fixed('static', checkScale('scale', scale), options);
}
