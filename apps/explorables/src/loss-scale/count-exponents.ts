import type { ExponentCounts } from './gradient-record.ts';

/**
 * Counts how often each power of two occurs among magnitudes.
 *
 * @param values - float32 numbers, all finite; subnormal ones count as what they are
 * @returns the counts from the smallest exponent that occurs to the largest
 */
export function countExponents(values: Float32Array): ExponentCounts {
  const found = new Map<number, number>();
  let zeros = 0;
  for (const value of values) {
    if (value === 0) zeros += 1;
    else {
      const exponent = exponentOfFloat32(value);
      found.set(exponent, (found.get(exponent) ?? 0) + 1);
    }
  }
  const exponents = [...found.keys()];
  if (exponents.length === 0) return { first: 0, counts: [], zeros };
  const [first, last] = [Math.min(...exponents), Math.max(...exponents)];
  return { first, counts: Array.from({ length: last - first + 1 }, (_, i) => found.get(first + i) ?? 0), zeros };
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** floor(log2 |value|), exactly: every float32, subnormal or not, is a normal double. */
function exponentOfFloat32(value: number): number {
  double[0] = value;
  return (((words[1] ?? 0) >>> 20) & 0x7ff) - 1023;
}
