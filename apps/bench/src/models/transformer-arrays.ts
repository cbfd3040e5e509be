import { blockArrays, drawnMatrix } from './block-arrays.ts';
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
  const weights: Record<string, HostArray> = {
    tok: drawnMatrix(random, vocabulary, width),
    pos: drawnMatrix(random, tokens, width),
    ...blockArrays(random, { width, depth }),
    gf: filled([width], 1),
    cf: filled([width], 0),
    head: drawnMatrix(random, width, vocabulary),
  };
  return { weights, inputs: random.integers(batch * tokens, vocabulary), targets: random.integers(batch * tokens, vocabulary) };
}
