import type { FormatInfo } from './format.ts';
import { checkName, message } from './message.ts';

/** How a value between two neighbours of the format is decided. */
export type Rounding = 'nearest-even' | 'toward-zero' | 'stochastic';

/** What becomes of a value beyond the largest finite one. */
export type Overflow = 'infinity' | 'saturate';

/** How values are rounded into a format. */
export interface RoundingOptions {
  /**
   * `'nearest-even'` (default): the nearest neighbour, ties to the even code, as hardware and IEEE 754 do.
   * `'toward-zero'`: the neighbour with the smaller magnitude; a finite value never becomes infinite.
   * `'stochastic'`: either neighbour, by chance in proportion to nearness, so that the mean of many roundings is the value itself.
   */
  readonly rounding?: Rounding | undefined;
  /**
   * `'infinity'` (default): what rounds beyond the largest finite value becomes infinite; in float8_e4m3fn, which has no
   * infinity, NaN as in ml_dtypes. Toward zero only infinities get there, and chance never makes a NaN of a finite value:
   * stochastic float8_e4m3fn stops at 448. `'saturate'`: the largest finite value, also for infinities (as torch does for
   * float8_e4m3fn). NaN stays NaN in both.
   */
  readonly overflow?: Overflow | undefined;
  /**
   * Any safe integer, default 0. The same seed and position always draw the same chance, so give each call of a training run
   * another one (the step number will do). Only stochastic rounding uses it.
   */
  readonly seed?: number | undefined;
}

/** Options that were checked and completed. */
export interface RoundingPlan {
  readonly rounding: Rounding;
  /** What is written for infinity and for values that round beyond `max`. */
  readonly overflowCode: number;
  readonly seed: number;
}

/** Checks the options and fills in the defaults. */
export function roundingPlan(info: FormatInfo, options: RoundingOptions): RoundingPlan {
  const { rounding = 'nearest-even', overflow = 'infinity', seed = 0 } = options;
  checkName('rounding', ['nearest-even', 'toward-zero', 'stochastic'], rounding);
  checkName('overflow', ['infinity', 'saturate'], overflow);
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(message('seed must be a safe integer', seed, 'Pass the training step or the like.'));
  }
  const overflowCode = overflow === 'saturate' ? info.maxCode : (info.infinityCode ?? info.nanCode);
  return { rounding, overflowCode, seed };
}
