import type { SearchPlan } from './options.ts';
import type { MeasuredBatch, RefusedBatch } from './report.ts';
import { peakOf } from './report.ts';

/** bytes = fixed + perSample * batch. */
export interface ByteLine {
  readonly fixedBytes: number;
  readonly bytesPerSample: number;
}

/**
 * The line through the two largest sizes that were measured: small batches leave much of what is fixed unused, and a line
 * through them all would lean on them. Pure.
 */
export function lineThrough(measured: readonly MeasuredBatch[]): ByteLine {
  const [b, a] = [...measured].sort((one, other) => other.batchSize - one.batchSize);
  if (b === undefined) return { fixedBytes: 0, bytesPerSample: 0 };
  if (a === undefined) return { fixedBytes: 0, bytesPerSample: peakOf(b) / b.batchSize };
  const bytesPerSample = Math.max(0, (peakOf(b) - peakOf(a)) / (b.batchSize - a.batchSize));
  return { fixedBytes: Math.max(0, peakOf(b) - bytesPerSample * b.batchSize), bytesPerSample };
}

/** The largest size that was measured and fits; `undefined` where none does. Pure. */
export function largestMeasured(
  measured: readonly MeasuredBatch[],
  { usableBytes, multipleOf, max }: SearchPlan,
): MeasuredBatch | undefined {
  return measured
    .filter((one) => peakOf(one) <= usableBytes && one.batchSize % multipleOf === 0 && one.batchSize <= max)
    .sort((a, b) => b.batchSize - a.batchSize)[0];
}

/**
 * The size to try next: where the line meets the usable bytes, below all that did not fit. `null` when what is measured cannot be bettered. Pure.
 */
export function nextSize(measured: readonly MeasuredBatch[], refused: readonly RefusedBatch[], plan: SearchPlan): number | null {
  const { usableBytes, multipleOf, max } = plan;
  const best = largestMeasured(measured, plan)?.batchSize ?? 0;
  const tooLarge = [...refused, ...measured.filter((one) => peakOf(one) > usableBytes)].map(({ batchSize }) => batchSize);
  const below = Math.min(max + 1, ...tooLarge);
  const { fixedBytes, bytesPerSample } = lineThrough(measured);
  const wanted = bytesPerSample > 0 ? (usableBytes - fixedBytes) / bytesPerSample : max;
  const floor = (size: number): number => Math.floor(size / multipleOf) * multipleOf;
  const byLine = floor(Math.min(wanted, below - 1));
  if (byLine > best) return byLine;
  const least = best + multipleOf; // the line says that nothing larger fits; before the very first fit, try all the same
  return best === 0 && least < below ? least : null;
}
