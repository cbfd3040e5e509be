import { createRandom } from '@halftone/data';

/**
 * The order of examples: every epoch has each of them once, in an order of its own that only the seed decides.
 *
 * Pure but for remembering the last epoch's order. A run that goes on at any step meets the examples that it would have met.
 *
 * @param count - examples
 * @param options - examples a step, and the seed
 * @returns the examples of a step, from 1
 */
export function epochOrder(
  count: number,
  { batch, seed }: { readonly batch: number; readonly seed: number },
): (step: number) => Int32Array {
  let [known, order] = [-1, new Int32Array(0)];
  const at = (position: number): number => {
    const epoch = Math.floor(position / count);
    if (epoch !== known) [known, order] = [epoch, shuffled(count, createRandom(seed, `epoch-${epoch}`))];
    return order[position % count] ?? 0;
  };
  return (step) => Int32Array.from({ length: batch }, (_, row) => at((step - 1) * batch + row));
}

/** Fisher and Yates. */
function shuffled(count: number, random: { integer(below: number): number }): Int32Array<ArrayBuffer> {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const other = random.integer(i + 1);
    [order[i], order[other]] = [order[other] ?? 0, order[i] ?? 0];
  }
  return order;
}
