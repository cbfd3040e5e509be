import type { LossScaleRule } from './loss-scale.ts';
import { must, within } from './must.ts';

/** Largest int32, the width that counters have on a GPU. */
export const GREATEST_COUNT: number = 2 ** 31 - 1;

const COUNTS = ['growthInterval', 'maxConsecutiveSkips', 'hysteresis'] as const satisfies readonly (keyof LossScaleRule)[];

/** Rounds a scale to float32: a normal one, so that its inverse is finite and no GPU flushes it. */
export function checkScale(name: string, value: number): number {
  return within('float32', name, value, 2 ** -126, (2 - 2 ** -23) * 2 ** 127, 'Try 65536.');
}

/** Checks a count of steps. */
export function checkCount(name: string, value: number): void {
  within('whole number', name, value, 1, GREATEST_COUNT, 'Count in steps.');
}

/** Checks a factor, both ends excluded. */
function between(name: string, value: number, least: number, most: number): void {
  must(
    typeof value === 'number' && value > least && value < most,
    name,
    `between ${least} and ${most}`,
    value,
    'Use staticLossScale() to hold it.',
  );
}

/** Checks every number of a dynamic rule and how they fit together; rounds the scales to float32. */
export function checkRule(rule: LossScaleRule): LossScaleRule {
  between('growthFactor', rule.growthFactor, 1, Infinity);
  between('backoffFactor', rule.backoffFactor, 0, 1);
  for (const name of COUNTS) checkCount(name, rule[name]);
  const minScale = checkScale('minScale', rule.minScale);
  const maxScale = checkScale('maxScale', rule.maxScale);
  const initialScale = within('float32', 'initialScale', rule.initialScale, minScale, maxScale, 'Move minScale or maxScale.');
  return { ...rule, initialScale, minScale, maxScale };
}
