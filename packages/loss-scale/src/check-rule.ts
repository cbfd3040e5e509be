import type { LossScaleRule } from './loss-scale.ts';
import { show } from './show.ts';

/** Smallest normal float32: below it the inverse overflows float32, and GPUs flush. */
const LEAST_SCALE = 2 ** -126;
/** Largest finite float32. */
const GREATEST_SCALE = (2 - 2 ** -23) * 2 ** 127;
/** Largest int32, the width that counters have on a GPU. */
export const GREATEST_COUNT: number = 2 ** 31 - 1;

function fail(name: string, range: string, value: unknown, remedy: string): never {
  const Kind = typeof value === 'number' ? RangeError : TypeError;
  throw new Kind(`[loss-scale] ${name} must be ${range}, got ${show(value)}. ${remedy}`);
}

/** Rounds a scale to float32, or throws where it has no finite inverse there. */
export function checkScale(name: string, value: number): number {
  const scale = typeof value === 'number' ? Math.fround(value) : NaN;
  if (scale >= LEAST_SCALE && scale <= GREATEST_SCALE) return scale;
  return fail(name, 'a number above 0 with a finite inverse in float32 (2^-126 to 3.4e38)', value, 'Powers of 2 such as 65536 lose no bits.');
}

/** A count of steps. */
export function checkCount(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= GREATEST_COUNT) return value;
  return fail(name, `a whole number from 1 to ${GREATEST_COUNT}`, value, 'Give a number of steps.');
}

/** Checks every number of a dynamic rule and how they fit together. */
export function checkRule(rule: LossScaleRule): LossScaleRule {
  const { growthFactor, backoffFactor } = rule;
  if (!(typeof growthFactor === 'number' && growthFactor > 1 && growthFactor < Infinity)) {
    fail('growthFactor', 'a finite number above 1', growthFactor, 'Use staticLossScale() for a scale that never moves.');
  }
  if (!(typeof backoffFactor === 'number' && backoffFactor > 0 && backoffFactor < 1)) {
    fail('backoffFactor', 'between 0 and 1, both excluded', backoffFactor, 'Use staticLossScale() for a scale that never moves.');
  }
  const initialScale = checkScale('initialScale', rule.initialScale);
  const minScale = checkScale('minScale', rule.minScale);
  const maxScale = checkScale('maxScale', rule.maxScale);
  if (minScale > initialScale) fail('minScale', `at most initialScale (${initialScale})`, minScale, 'Lower minScale or raise initialScale.');
  if (maxScale < initialScale) fail('maxScale', `at least initialScale (${initialScale})`, maxScale, 'Raise maxScale or lower initialScale.');
  return {
    initialScale,
    growthFactor,
    backoffFactor,
    growthInterval: checkCount('growthInterval', rule.growthInterval),
    minScale,
    maxScale,
    maxConsecutiveSkips: checkCount('maxConsecutiveSkips', rule.maxConsecutiveSkips),
    hysteresis: checkCount('hysteresis', rule.hysteresis),
  };
}
