import { type Format, formatInfo } from './format.ts';
import { checkNumeric, readDoubles } from './numeric-array.ts';

/** How a set of values sits in the range of a format; see {@link summarize}. */
export interface RangeSummary {
  /** How many values there are. */
  readonly count: number;
  readonly nan: number;
  /** Values that are infinite already. */
  readonly infinite: number;
  /** Finite values that would round beyond the largest finite one. */
  readonly overflow: number;
  /** Values that are not zero and would round to zero. */
  readonly underflow: number;
  /** Values that would survive as subnormals, with fewer significant bits than the format promises. */
  readonly subnormal: number;
  /** Largest finite magnitude; 0 if there is none. */
  readonly maxAbs: number;
  /** Smallest finite magnitude above zero; 0 if there is none. */
  readonly minAbsNonZero: number;
}

/**
 * Counts which values a narrow format could not hold.
 *
 * A network that fails in half precision fails at the ends of the range: activations that overflow, gradients that vanish.
 * This says how many do, rounding to nearest even, before anything is converted.
 *
 * Pure and synchronous; allocates up to 32 KB of scratch. About 4 ns a value.
 *
 * @param values - a typed array or an array of numbers; never changed
 * @param format - `'float16'`, `'bfloat16'`, `'float8_e4m3fn'` or `'float8_e5m2'`
 * @returns counts and magnitudes as plain data
 * @throws TypeError if `values` holds anything but numbers; RangeError for an unknown format
 *
 * @example
 * const range = summarize([1, 1e6, 1e-9, 1e-5, NaN], 'float16');
 * range.overflow; // 1
 * range.underflow; // 1
 * range.subnormal; // 1
 * range.maxAbs; // 1000000
 */
export function summarize(values: ArrayLike<number>, format: Format): RangeSummary {
  const { max, maxCode, mantissaBits, minNormal, minSubnormal } = formatInfo(format);
  checkNumeric(values);
  // Each bound is halfway between two neighbours, where a tie goes to the even code; all are exact in float64.
  const tiny = minSubnormal / 2; // up to here zero wins
  const small = minNormal - tiny; // from here the smallest normal value wins
  const halfStep = 2 ** (Math.floor(Math.log2(max)) - mantissaBits - 1);
  const large = max + halfStep; // from here infinity wins, above here where the largest code is even
  const tieFits = maxCode % 2 === 0;

  let [nan, infinite, overflow, underflow, subnormal, maxAbs, minAbsNonZero] = [0, 0, 0, 0, 0, 0, Infinity];
  const scratch = new Float64Array(Math.min(4096, values.length));
  for (let start = 0; start < values.length; start += scratch.length) {
    const doubles = scratch.subarray(0, values.length - start);
    readDoubles(values, start, doubles);
    for (let i = 0; i < doubles.length; i++) {
      const size = Math.abs(doubles[i]!);
      if (!(size < Infinity)) {
        if (size === Infinity) infinite++;
        else nan++;
        continue;
      }
      if (size > maxAbs) maxAbs = size;
      if (size > 0 && size < minAbsNonZero) minAbsNonZero = size;
      if (size >= small) {
        if (size > large || (size === large && !tieFits)) overflow++;
      } else if (size > tiny) subnormal++;
      else if (size > 0) underflow++;
    }
  }
  return { count: values.length, nan, infinite, overflow, underflow, subnormal, maxAbs, minAbsNonZero: minAbsNonZero < Infinity ? minAbsNonZero : 0 };
}
