import { createRandom, type Random } from '@halftone/data';

/**
 * Lists which pictures each training step sees, in the same order for every run of a seed.
 *
 * Each pass over the pictures is shuffled anew; what does not fill a batch at the end of a pass is left out of that pass, so that every step has the same shape.
 *
 * @param options - `count` pictures, `batch` of them a step, `steps` in all, and the seed of the shuffling
 * @returns one array of indices per step
 * @throws RangeError when the pictures do not fill one batch
 *
 * @example
 * batchOrder({ count: 100, batch: 32, steps: 7, seed: 1 }).length; // 7
 */
export function batchOrder(options: {
  readonly count: number;
  readonly batch: number;
  readonly steps: number;
  readonly seed: number;
}): Uint32Array[] {
  const { count, batch, steps, seed } = options;
  if (batch > count)
    throw new RangeError(
      `[demo] a batch must not be larger than the training set, got ${batch} of ${count} pictures. Use --batch ${count} or less.`,
    );
  const random = createRandom(seed, 'batches');
  const order: Uint32Array[] = [];
  while (order.length < steps) {
    const pass = shuffled(count, random);
    for (let at = 0; at + batch <= count && order.length < steps; at += batch) order.push(pass.slice(at, at + batch));
  }
  return order;
}

/** Fisher and Yates. */
function shuffled(count: number, random: Random): Uint32Array {
  const list = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const other = random.integer(i + 1);
    const kept = list[i] ?? 0;
    list[i] = list[other] ?? 0;
    list[other] = kept;
  }
  return list;
}
