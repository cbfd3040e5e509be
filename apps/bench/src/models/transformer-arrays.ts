import { filled, type HostArray } from './host-array.ts';
import type { ModelOptions } from './model.ts';
import { seeded } from './seeded.ts';

/** Sizes that do not change. */
export const TRANSFORMER = { width: 128, heads: 4, vocabulary: 64, normEpsilon: 1e-5 } as const;

/** Weights and data of the character transformer on the host, drawn in one order from one seed. */
export interface TransformerArrays {
  readonly weights: Readonly<Record<string, HostArray>>;
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
}

/** Draws weights block by block, then inputs, then targets. Names end with the number of their block. */
export function transformerArrays({ batch, size: tokens, depth, seed }: ModelOptions): TransformerArrays {
  const { width, vocabulary } = TRANSFORMER;
  const random = seeded(seed);
  const drawn = (from: number, to: number): HostArray => ({ shape: [from, to], data: random.normals(from * to, 0.02) });
  const weights: Record<string, HostArray> = { tok: drawn(vocabulary, width), pos: drawn(tokens, width) };
  for (let i = 0; i < depth; i += 1)
    Object.assign(weights, {
      [`g1_${i}`]: filled([width], 1),
      [`c1_${i}`]: filled([width], 0),
      [`qkv_${i}`]: drawn(width, 3 * width),
      [`qkvb_${i}`]: filled([3 * width], 0),
      [`out_${i}`]: drawn(width, width),
      [`outb_${i}`]: filled([width], 0),
      [`g2_${i}`]: filled([width], 1),
      [`c2_${i}`]: filled([width], 0),
      [`up_${i}`]: drawn(width, 4 * width),
      [`upb_${i}`]: filled([4 * width], 0),
      [`down_${i}`]: drawn(4 * width, width),
      [`downb_${i}`]: filled([width], 0),
    });
  Object.assign(weights, { gf: filled([width], 1), cf: filled([width], 0), head: drawn(width, vocabulary) });
  return { weights, inputs: random.integers(batch * tokens, vocabulary), targets: random.integers(batch * tokens, vocabulary) };
}
