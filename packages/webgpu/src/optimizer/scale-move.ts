import type { FusedScaleRule } from '@halftone/autocast';
import type { Param } from '../kernels/kernel-source.ts';
import { factorLimbs, SCALE_TIMES } from './factor-limbs.ts';

/** How many numbers the state of a scale has: scale, goodSteps, skippedInRow, skipped, applied, firstBad. */
export const STATE_SIZE = 6;

/** The rule of a scale as params. */
export function ruleParams(rule: FusedScaleRule): Param[] {
  return [
    { name: 'minScale', type: 'f32', value: rule.minScale },
    { name: 'maxScale', type: 'f32', value: rule.maxScale },
    { name: 'growthInterval', type: 'f32', value: rule.growthInterval },
    { name: 'hysteresis', type: 'f32', value: rule.hysteresis },
    ...factorParams('grow', rule.growthFactor),
    ...factorParams('shrink', rule.backoffFactor),
  ];
}

function factorParams(name: string, factor: number): Param[] {
  const { limbs, exponent } = factorLimbs(factor);
  return [
    { name: `${name}s`, type: 'u32', value: factor === 1 ? 0 : 1 },
    ...limbs.map((value, index): Param => ({ name: `${name}${index}`, type: 'u32', value })),
    { name: `${name}Exponent`, type: 'i32', value: exponent },
  ];
}

const product = (name: string): string =>
  `scaleTimes(scale, ${[0, 1, 2, 3, 4].map((index) => `params.${name}${index}`).join(', ')}, params.${name}Exponent)`;

/**
 * `nextState` of @halftone/loss-scale on the state in the port `state`; `finite`, `applied` and `firstBad` are in scope. Two
 * flags, because a window that dropped one micro-batch is not finite and is applied all the same. Counters stay at 2^24.
 */
export const SCALE_MOVE: { readonly declarations: string; readonly main: string } = {
  declarations: SCALE_TIMES,
  main: `
  let scale = load_state(0);
  let goodSteps = select(0.0, load_state(1) + 1.0, finite);
  let skippedInRow = select(load_state(2) + 1.0, 0.0, applied);
  let grows = goodSteps >= params.growthInterval;
  var next = scale;
  if (finite && grows && params.grows == 1u) { next = ${product('grow')}; }
  let backs = params.hysteresis <= 1.0 || skippedInRow >= params.hysteresis;
  if (!finite && backs && params.shrinks == 1u) { next = ${product('shrink')}; }
  store_state(0, next);
  store_state(1, select(goodSteps, 0.0, grows));
  store_state(2, skippedInRow);
  store_state(3, load_state(3) + select(1.0, 0.0, applied));
  store_state(4, load_state(4) + select(0.0, 1.0, applied));
  store_state(5, firstBad);
  store_seed(0, next);`,
};
