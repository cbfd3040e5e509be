import { type Format, formatInfo } from './format.ts';
import { round } from './round.ts';

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
 * Pure and synchronous; allocates four bytes a value for the rounded ones. About 10 ns a value.
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
  const { minNormal } = formatInfo(format);
  const rounded = round(values, format);
  let [nan, infinite, overflow, underflow, subnormal, maxAbs, minAbsNonZero] = [0, 0, 0, 0, 0, 0, Infinity];
  for (let i = 0; i < rounded.length; i++) {
    const size = Math.abs(values[i]!);
    const kept = Math.abs(rounded[i]!);
    if (size === 0) continue;
    if (size < Infinity) {
      if (size > maxAbs) maxAbs = size;
      if (size < minAbsNonZero) minAbsNonZero = size;
      if (kept === 0) underflow++;
      else if (kept < minNormal) subnormal++;
      else if (!(kept < Infinity)) overflow++;
    } else if (size === Infinity) infinite++;
    else nan++;
  }
  if (maxAbs === 0) minAbsNonZero = 0;
  return { count: rounded.length, nan, infinite, overflow, underflow, subnormal, maxAbs, minAbsNonZero };
}
