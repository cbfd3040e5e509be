/** How many sums are to be on their way at once, so that a device has enough to do. */
const WANTED_SUMS = 2 ** 18;
/** Products in one partial sum: fewer are not worth a sum of their own, more lose precision. */
const SHORTEST = 128;
const LONGEST = 2048;
const MOST_SPLITS = 256;
/** Partial sums take no more memory than 16 MiB, even if they get longer. */
const MOST_PARTIALS = 2 ** 22;

/**
 * In how many parts a sum over `terms` products is computed for each of `elements` results. It depends on the shape
 * alone, not on the device, so that partial results have a shape before anything is compiled.
 *
 * Pure.
 */
export function filterSplits(elements: number, terms: number): number {
  const busy = Math.min(Math.ceil(WANTED_SUMS / elements), Math.floor(terms / SHORTEST));
  const exact = Math.ceil(terms / LONGEST);
  const most = Math.min(MOST_SPLITS, Math.floor(MOST_PARTIALS / elements));
  const splits = Math.max(1, Math.min(Math.max(busy, exact), most));
  const length = Math.ceil(terms / splits);
  return Math.ceil(terms / length); // no empty part at the end
}
