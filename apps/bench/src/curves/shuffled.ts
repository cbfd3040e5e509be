import { seeded, type Seeded } from '../models/seeded.ts';

/**
 * Draws the indices of each batch: the whole set in a new order each time it is used up.
 *
 * Pure: one seed gives one order, whatever the policy.
 *
 * @param options - `count` of the set, at least `batch`; `steps` batches are drawn
 * @throws RangeError for a set smaller than a batch
 */
export function batchIndices(options: {
  readonly count: number;
  readonly batch: number;
  readonly steps: number;
  readonly seed: number;
}): Int32Array[] {
  const { count, batch, steps, seed } = options;
  if (batch > count) throw new RangeError(`[bench] a batch must not be larger than the set, got ${batch} of ${count}. Train on more.`);
  const random = seeded(seed + 2000);
  const batches: Int32Array[] = [];
  while (batches.length < steps) {
    const order = shuffled(count, random);
    for (let at = 0; at + batch <= count && batches.length < steps; at += batch) batches.push(order.slice(at, at + batch));
  }
  return batches;
}

/** Fisher and Yates. */
function shuffled(count: number, random: Seeded): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const other = random.integers(1, i + 1)[0] ?? 0;
    const kept = order[i] ?? 0;
    order[i] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}
