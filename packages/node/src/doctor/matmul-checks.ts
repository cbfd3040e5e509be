import type { Precision } from '@halftone/policy';
import type { Check, CheckedMatmul } from './diagnosis.ts';

/**
 * The error that a product may have, divided by its largest element. Half and bfloat16 round inputs and results to 11 and 8
 * bits; float32 may be TF32, which has half's 11 bits. Summing in half would be several times as much.
 */
const MOST_ERROR: Readonly<Record<Precision, number>> = { float32: 2 ** -9, float16: 2 ** -9, bfloat16: 2 ** -6 };

/** Judges the timed products. Pure. */
export function matmulChecks(rows: readonly CheckedMatmul[]): readonly Check[] {
  return rows.map(({ precision, size, milliseconds, gigaflops, maxError, ranInFormat }) => {
    const found = `${size} × ${size}: ${milliseconds.toPrecision(3)} ms, ${gigaflops.toPrecision(3)} GFLOP/s, error ${maxError.toExponential(1)}`;
    const part = `matmul ${precision}`;
    if (!(maxError <= MOST_ERROR[precision])) {
      return {
        part,
        status: 'broken',
        found,
        remedy: `The error must be below ${MOST_ERROR[precision].toExponential(1)}: attach the JSON to an issue.`,
      };
    }
    if (!ranInFormat) {
      return { part, status: 'note', found: `${found}, in float32: this library has no product of ${precision} that sums in float32` };
    }
    return { part, status: 'ok', found };
  });
}
