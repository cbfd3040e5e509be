import type { ExponentCounts } from './gradient-record.ts';

/** What float16 makes of a number, by the power of two at or below its magnitude. */
export type Fate = 'zero' | 'subnormal' | 'normal' | 'overflow';

/**
 * The exponents at which the fate changes. A number of exponent -25 still rounds up to 2^-24, the smallest float16 (only 2^-25 itself is a tie, and becomes
 * zero); one of exponent 15 still fits (only from 65520 on, the last 0.05 %, it does not).
 */
export const fateFrom = { subnormal: -25, normal: -14, overflow: 16 } as const satisfies Readonly<Record<Exclude<Fate, 'zero'>, number>>;

/** What becomes of a magnitude from 2^exponent up to 2^(exponent + 1). */
export function fateOf(exponent: number): Fate {
  if (exponent >= fateFrom.overflow) return 'overflow';
  if (exponent >= fateFrom.normal) return 'normal';
  return exponent >= fateFrom.subnormal ? 'subnormal' : 'zero';
}

/** How many gradients meet each fate; those that are zero already are not among them. */
export interface Shares extends Readonly<Record<Fate, number>> {
  readonly total: number;
}

/**
 * Counts what becomes of gradients in float16 when the loss is multiplied by a power of two. Such a factor moves every exponent and changes no other bit.
 *
 * @param counts - how often each exponent occurs
 * @param scaleExponent - the scale is 2^scaleExponent
 * @returns counts that add up to `total`
 */
export function sharesAt({ first, counts }: ExponentCounts, scaleExponent: number): Shares {
  const shares = { zero: 0, subnormal: 0, normal: 0, overflow: 0, total: 0 };
  for (const [i, count] of counts.entries()) {
    shares[fateOf(first + i + scaleExponent)] += count;
    shares.total += count;
  }
  return shares;
}

/** Several tensors as one. */
export function combine(list: readonly ExponentCounts[]): ExponentCounts {
  const filled = list.filter(({ counts }) => counts.length > 0);
  const zeros = list.reduce((sum, one) => sum + one.zeros, 0);
  if (filled.length === 0) return { first: 0, counts: [], zeros };
  const first = Math.min(...filled.map((one) => one.first));
  const end = Math.max(...filled.map((one) => one.first + one.counts.length));
  const counts = Array.from({ length: end - first }, (_, i) =>
    filled.reduce((sum, one) => sum + (one.counts[first + i - one.first] ?? 0), 0),
  );
  return { first, counts, zeros };
}

/** The largest scale exponent of a range at which nothing overflows; the smallest of the range where there is none. */
export function largestSafeScale({ first, counts }: ExponentCounts, least: number, most: number): number {
  const top = first + counts.length - 1;
  return Math.min(most, Math.max(least, fateFrom.overflow - 1 - top));
}
