import type { MatmulShape } from '../tile-table.ts';

/** What may be applied to a product before it is stored; the names are those of tfjs's fused kernels. */
export type MatmulActivation = 'linear' | 'relu' | 'relu6' | 'elu' | 'prelu' | 'leakyrelu' | 'sigmoid';

/**
 * A batch of matrix products. The inputs are a `[batchA, m, k]` and b `[batchB, k, n]` (the last two swapped where
 * transposed), then the bias if there is one, then the slopes of `prelu`; the output is `[batch, m, n]`.
 */
export interface MatmulSpec {
  readonly batchA: number;
  readonly batchB: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Products in the output; the larger of the two batches unless given. Product i takes a's matrix `floor(i / repeatA) % batchA`. */
  readonly batch?: number;
  readonly repeatA?: number;
  readonly repeatB?: number;
  /** A third input of n numbers is added to each row. */
  readonly bias?: boolean;
  readonly activation?: MatmulActivation;
  /** Slopes of `prelu`: a last input with one for each column (default), or a single one. */
  readonly slopes?: 'column' | 'one';
  /** Slope of `leakyrelu` below zero; 0.2 unless given. */
  readonly leak?: number;
  /** float16 operands: multiply and add in float16 within a few steps of k, and only those sums in float32. Default false. */
  readonly fast?: boolean;
}

/** Products in the output. */
export function batchOf({ batch, batchA, batchB }: MatmulSpec): number {
  return batch ?? Math.max(batchA, batchB);
}

/** Numbers in the output. */
export function outputsOf(spec: MatmulSpec): number {
  return batchOf(spec) * spec.m * spec.n;
}

/** Which row of the table of tiles a product belongs to. */
export function shapeOf(spec: MatmulSpec): MatmulShape {
  const { m, n, k } = spec;
  const outputs = outputsOf(spec);
  if (outputs <= 4096 && k >= 1024) return 'deep';
  if (n === 1) return 'oneColumn';
  if (m === 1) return 'oneRow';
  if (n <= 16) return 'fewColumns';
  if (m <= 4) return 'fewRows';
  return outputs < 128 * 128 ? 'small' : 'large';
}

/** Everything that the source of a kernel depends on. */
export function specKey(spec: MatmulSpec): string {
  const { batchA, batchB, m, n, k, repeatA = 1, repeatB = 1, bias = false, activation = 'linear', slopes = 'column', leak = 0.2 } = spec;
  const flags = `${spec.transposeA ? 'T' : 'N'}${spec.transposeB ? 'T' : 'N'}${bias ? '+' : ''}${spec.fast === true ? 'fast' : ''}`;
  return [batchOf(spec), batchA, repeatA, batchB, repeatB, m, n, k, flags, activation, slopes, leak].join(',');
}
