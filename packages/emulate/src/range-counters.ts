import { type Format16, summarize } from '@halftone/float16';

/** What rounding met in the results of one kernel. */
export interface KernelRange {
  /** Results that were rounded. */
  readonly outputs: number;
  /** Numbers in them. */
  readonly values: number;
  /** Finite numbers that the format cannot hold: they became infinite, or the largest finite half under `overflow: 'saturate'`. */
  readonly overflow: number;
  /** Numbers that are not zero and became zero. */
  readonly underflow: number;
  /** Numbers that survived with fewer significant bits than the format promises. */
  readonly subnormal: number;
  /** Infinities and NaN that were there before rounding. */
  readonly nonFinite: number;
  /** The largest finite magnitude before rounding. */
  readonly maxAbs: number;
}

const NOTHING: KernelRange = { outputs: 0, values: 0, overflow: 0, underflow: 0, subnormal: 0, nonFinite: 0, maxAbs: 0 };

/** Counts, kernel by kernel, which float32 results a half format could not hold. */
export class RangeCounters {
  readonly rows: Map<string, KernelRange> = new Map();

  add(kernelName: string, values: Float32Array, format: Format16): void {
    const found = summarize(values, format);
    const row = this.rows.get(kernelName) ?? NOTHING;
    this.rows.set(kernelName, {
      outputs: row.outputs + 1,
      values: row.values + found.count,
      overflow: row.overflow + found.overflow,
      underflow: row.underflow + found.underflow,
      subnormal: row.subnormal + found.subnormal,
      nonFinite: row.nonFinite + found.nan + found.infinite,
      maxAbs: Math.max(row.maxAbs, found.maxAbs),
    });
  }

  table(): Readonly<Record<string, KernelRange>> {
    return Object.fromEntries(this.rows);
  }
}
