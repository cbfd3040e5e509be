import { filled, type HostArray } from './host-array.ts';
import type { Seeded } from './seeded.ts';

/** A matrix of weights, drawn with deviation 0.02 as GPT-2's are. */
export function drawnMatrix(random: Seeded, from: number, to: number): HostArray {
  return { shape: [from, to], data: random.normals(from * to, 0.02) };
}

/** First weights of pre-norm transformer blocks, drawn block by block. Names end with the number of their block. */
export function blockArrays(
  random: Seeded,
  { width, depth }: { readonly width: number; readonly depth: number },
): Record<string, HostArray> {
  const weights: Record<string, HostArray> = {};
  for (let i = 0; i < depth; i += 1)
    Object.assign(weights, {
      [`g1_${i}`]: filled([width], 1),
      [`c1_${i}`]: filled([width], 0),
      [`qkv_${i}`]: drawnMatrix(random, width, 3 * width),
      [`qkvb_${i}`]: filled([3 * width], 0),
      [`out_${i}`]: drawnMatrix(random, width, width),
      [`outb_${i}`]: filled([width], 0),
      [`g2_${i}`]: filled([width], 1),
      [`c2_${i}`]: filled([width], 0),
      [`up_${i}`]: drawnMatrix(random, width, 4 * width),
      [`upb_${i}`]: filled([4 * width], 0),
      [`down_${i}`]: drawnMatrix(random, 4 * width, width),
      [`downb_${i}`]: filled([width], 0),
    });
  return weights;
}
