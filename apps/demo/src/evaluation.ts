import type { ImageSet } from '@halftone/data';
import { tensor4d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';

/** How well a network names pictures that it never saw. */
export interface Judgement {
  /** Part that was named rightly, 0 to 1. */
  readonly accuracy: number;
  /** Pictures for which an output was not a number; they count as wrong. */
  readonly unanswered: number;
}

/**
 * Lets a network name pictures.
 *
 * The pictures go through in batches of one size, the last one filled up with its first pictures again, so that the buffers of the training are used again.
 * Waits for the device once per batch.
 */
export async function judgeNetwork(model: Sequential, set: ImageSet, batch: number): Promise<Judgement> {
  const size = set.side * set.side;
  let right = 0;
  let unanswered = 0;
  for (let from = 0; from < set.labels.length; from += batch) {
    const count = Math.min(batch, set.labels.length - from);
    const pixels = new Float32Array(batch * size);
    for (let i = 0; i < batch; i += 1)
      pixels.set(set.pixels.subarray((from + (i % count)) * size, (from + (i % count) + 1) * size), i * size);
    const output = tidy(() => model.predictOnBatch(tensor4d(pixels, [batch, set.side, set.side, 1])) as Tensor);
    const chances = await output.data();
    output.dispose();
    for (let i = 0; i < count; i += 1) {
      const answer = likeliest(chances.subarray(i * 10, i * 10 + 10));
      if (answer === undefined) unanswered += 1;
      else if (answer === set.labels[from + i]) right += 1;
    }
  }
  return { accuracy: right / set.labels.length, unanswered };
}

/** The digit with the highest chance, or `undefined` when a chance is not a number. */
function likeliest(chances: ArrayLike<number>): number | undefined {
  let best = 0;
  for (let digit = 0; digit < chances.length; digit += 1) {
    if (!Number.isFinite(chances[digit])) return undefined;
    if ((chances[digit] ?? 0) > (chances[best] ?? 0)) best = digit;
  }
  return best;
}
