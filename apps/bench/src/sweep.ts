import { fitLine, type LineFit } from './statistics.ts';

/** One size of the model, counted. */
export interface SweepPoint {
  readonly batch: number;
  readonly depth: number;
  readonly dispatches: number;
  /** Tenth percentile: what other programs take from the machine only adds. */
  readonly hostMs: number;
  readonly peakBytes: number;
}

/** A law of growth and whether the points keep it. */
export interface SweepLaw {
  readonly name: string;
  readonly fit: LineFit;
  /** Least part of the variance that a straight line must explain. */
  readonly least: number;
  readonly holds: boolean;
}

/** Least coefficient of determination. Counters have no noise; times have, on a machine that others use. */
const LEAST = { dispatches: 0.999, peak: 0.99, host: 0.9 } as const;

/**
 * Checks that cost grows as the work grows: dispatches with the depth, host time with the dispatches, peak bytes with the batch.
 *
 * Pure. A law over several lines is judged by its worst line.
 *
 * @param points - a full grid of at least two batch sizes and two depths
 */
export function sweepLaws(points: readonly SweepPoint[]): readonly SweepLaw[] {
  const batches = [...new Set(points.map(({ batch }) => batch))];
  const depths = [...new Set(points.map(({ depth }) => depth))];
  const perBatch = batches.map((batch) =>
    fitLine(points.filter((point) => point.batch === batch).map(({ depth, dispatches }) => ({ x: depth, y: dispatches }))),
  );
  const perDepth = depths.map((depth) =>
    fitLine(points.filter((point) => point.depth === depth).map(({ batch, peakBytes }) => ({ x: batch, y: peakBytes }))),
  );
  const host = fitLine(points.map(({ dispatches, hostMs }) => ({ x: dispatches, y: hostMs })));
  return [
    lawOf('dispatches are linear in the depth', worst(perBatch), LEAST.dispatches),
    lawOf('host time is linear in the dispatches', host, LEAST.host),
    lawOf('peak bytes are linear in the batch', worst(perDepth), LEAST.peak),
  ];
}

function lawOf(name: string, fit: LineFit, least: number): SweepLaw {
  return { name, fit, least, holds: fit.r2 >= least };
}

function worst(fits: readonly LineFit[]): LineFit {
  return fits.reduce((lowest, fit) => (fit.r2 < lowest.r2 ? fit : lowest));
}
