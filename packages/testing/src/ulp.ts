import { type CompareFormat, factsOf } from './tolerance.ts';

/**
 * Measures the distance of neighbouring values of a format around a number.
 *
 * Within one power of two the values of a format are evenly spaced; below the smallest normal value the spacing stays
 * that of the subnormal values, and above the largest one that of the last binade.
 *
 * Pure.
 *
 * @returns one unit in the last place of `value`, a power of two
 *
 * @example
 * ulpOf(1, 'float16'); // 0.0009765625
 * ulpOf(0, 'float16'); // 5.960464477539063e-8
 */
export function ulpOf(value: number, format: CompareFormat): number {
  const { epsilon, smallestSubnormal, max } = factsOf(format);
  const magnitude = Math.min(Math.abs(value), max);
  if (!(magnitude > 0)) return smallestSubnormal;
  let binade = 2 ** Math.floor(Math.log2(magnitude));
  if (binade > magnitude) binade /= 2; // log2 of a value just below a power of two rounds up to it
  return Math.max(binade * epsilon, smallestSubnormal);
}

/**
 * Counts how many units in the last place of `expected` lie between two numbers.
 *
 * The count is a real number: a correctly rounded value is at most 0.5 from the exact one. NaN is 0 from NaN and
 * infinitely far from all else. An infinity is 0 from itself and from what rounds to it, infinitely far from all else,
 * so an overflow never hides behind a large allowance. 0 and -0 are the same number here.
 *
 * Pure.
 *
 * @param expected - the exact value, may be between two values of the format
 *
 * @example
 * ulpDistance(1 + 2 ** -10, 1, 'float16'); // 1
 * ulpDistance(Infinity, 65519, 'float16'); // Infinity
 */
export function ulpDistance(actual: number, expected: number, format: CompareFormat): number {
  if (Number.isNaN(actual) || Number.isNaN(expected)) return Number.isNaN(actual) && Number.isNaN(expected) ? 0 : Infinity;
  if (actual === expected) return 0;
  if (!Number.isFinite(expected)) return Infinity;
  if (!Number.isFinite(actual))
    return Math.sign(actual) === Math.sign(expected) && Math.abs(expected) >= factsOf(format).overflow ? 0 : Infinity;
  return Math.abs(actual - expected) / ulpOf(expected, format);
}
