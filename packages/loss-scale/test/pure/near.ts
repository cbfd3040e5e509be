/** The largest distance of two lists, relative to max(1, |expected|), as the golden README measures; equal non-finite values are 0 apart. */
export function distance(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  return actual.reduce((worst, value, i) => {
    const wanted = expected[i]!;
    if (Object.is(value, wanted)) return worst;
    const apart = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
    return Number.isNaN(apart) ? Infinity : Math.max(worst, apart);
  }, 0);
}
