/** A median with the tenth and the ninetieth percentile. */
export interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

/** A straight line through points, and how much of their variance it explains. */
export interface LineFit {
  readonly slope: number;
  readonly intercept: number;
  readonly r2: number;
}

/**
 * The value below which a part of the values lies, with linear interpolation between neighbours (type 7 of Hyndman and Fan 1996).
 *
 * Pure.
 *
 * @param values - at least one, in any order
 * @param part - 0 to 1
 * @throws RangeError for no values
 *
 * @example
 * quantile([4, 1, 3, 2], 0.5); // 2.5
 */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new RangeError('[bench] a quantile needs at least one value, got none. Time one step or more.');
  const sorted = [...values].sort((a, b) => a - b);
  const position = part * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position - Math.floor(position));
}

/** Median and spread of times or ratios; pure, at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), p10: quantile(values, 0.1), p90: quantile(values, 0.9) };
}

/**
 * Spread of the ratios of values that were taken as pairs.
 *
 * Noise that slows both halves of a pair leaves its ratio alone, which the ratio of two medians would not.
 *
 * @throws RangeError if the lists differ in length
 *
 * @example
 * pairedRatio([10, 30], [20, 60]).median; // 0.5
 */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): Spread {
  if (ours.length !== theirs.length)
    throw new RangeError(`[bench] pairs need two lists of one length, got ${ours.length} and ${theirs.length}. Time both in turn.`);
  return spreadOf(ours.map((value, i) => value / (theirs[i] ?? Number.NaN)));
}

/**
 * Fits a straight line by least squares.
 *
 * Pure.
 *
 * @param points - at least two that differ in x
 * @returns slope, intercept and the coefficient of determination; `r2` is 1 for values that are all equal
 *
 * @example
 * fitLine([{ x: 1, y: 3 }, { x: 2, y: 5 }]).slope; // 2
 */
export function fitLine(points: readonly { readonly x: number; readonly y: number }[]): LineFit {
  const count = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / count;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / count;
  const spreadX = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (count < 2 || spreadX === 0)
    throw new RangeError(`[bench] a line needs two points that differ in x, got ${count}. Measure more sizes.`);
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spreadX;
  const intercept = meanY - slope * meanX;
  const total = points.reduce((sum, { y }) => sum + (y - meanY) ** 2, 0);
  const left = points.reduce((sum, { x, y }) => sum + (y - intercept - slope * x) ** 2, 0);
  return { slope, intercept, r2: total === 0 ? 1 : 1 - left / total };
}
