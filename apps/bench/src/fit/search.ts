/** What is known of one size: whether it fits, and what it took. */
export interface SizeProbe {
  readonly size: number;
  readonly fits: boolean;
  /** Highest sum of live bytes; `null` where the work was stopped before its end. */
  readonly peakBytes: number | null;
}

/** The largest size that fits, and all that was tried on the way. */
export interface SizeSearch<Probe extends SizeProbe> {
  /** `null` where not even the least size fits. */
  readonly best: Probe | null;
  /** The size after it, which does not fit; `null` where the search came to its upper end. */
  readonly next: Probe | null;
  readonly probes: readonly Probe[];
}

/** Bounds of a search. */
export interface SearchBounds {
  readonly budget: number;
  /** Upper end; sizes above are not tried. */
  readonly max: number;
}

const BY_LINE = 7; // guesses by a straight line; a search that is not over by then halves what is left, and so does one whose line was wrong twice in a row
const LEAP = 16; // times the largest size that is known to fit

/**
 * Finds the largest size that fits, by few probes: bytes grow about in a line with the size, so the line through the two
 * nearest sizes says where to look. The result is exact: it was tried, and so was the size after it.
 *
 * @param probe - tries one size; what fits at a size must fit at every smaller one
 */
export async function largestThatFits<Probe extends SizeProbe>(
  probe: (size: number) => Promise<Probe>,
  { budget, max }: SearchBounds,
): Promise<SizeSearch<Probe>> {
  const probes: Probe[] = [];
  let best: Probe | null = null;
  let next: Probe | null = null;
  for (;;) {
    const [low, high]: [number, number] = [best?.size ?? 0, next?.size ?? max + 1];
    if (high - low <= 1) return { best, next, probes };
    const misled = probes.length >= 2 && probes.slice(-2).every(({ fits, peakBytes }) => !fits && peakBytes === null);
    const guess = probes.length === 0 ? 1 : probes.length < BY_LINE && !misled ? byLine(probes, budget) : (low + high) / 2;
    const limit = low === 0 ? high - 1 : Math.min(high - 1, low * LEAP);
    const found = await probe(Math.min(limit, Math.max(low + 1, Math.floor(guess))));
    probes.push(found);
    if (found.fits) best = found;
    else next = found;
  }
}

/** Where the line through the two largest sizes whose bytes are known meets the budget. */
function byLine(probes: readonly SizeProbe[], budget: number): number {
  const known = probes.filter(({ peakBytes }) => peakBytes !== null).sort((a, b) => b.size - a.size);
  const [b, a] = known;
  if (b === undefined) return 1;
  if (a === undefined) return b.size + 1; // the second size, for a line
  const slope = ((b.peakBytes ?? 0) - (a.peakBytes ?? 0)) / (b.size - a.size);
  return slope > 0 ? b.size + (budget - (b.peakBytes ?? 0)) / slope : b.size * LEAP;
}
