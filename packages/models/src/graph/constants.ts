import { TINY_SIZE } from '@halftone/autocast';
import type { RangeSummary } from '@halftone/float16';
import { formats, round, summarize } from '@halftone/float16';
import type { HalfPrecision } from '@halftone/policy';
import type { GraphNode } from './graph-view.ts';
import { opName } from './graph-view.ts';
import type { SettledWeight } from './record.ts';

/** Ops whose second input is a factor of a sum of products, where a vanishing number is below what the result can show. */
const PRODUCTS: readonly string[] = [
  'BatchMatMul',
  'BatchMatMulV2',
  'Conv1D',
  'Conv2D',
  'Conv2DBackpropInput',
  'Conv2dTranspose',
  'Conv3D',
  'DepthwiseConv2d',
  'DepthwiseConv2dNative',
  'Einsum',
  'FusedDepthwiseConv2dNative',
  'MatMul',
  '_FusedConv2D',
  '_FusedMatMul',
];

/** Why a weight that would fit is float32 nevertheless. */
export const SMALL = 'weights of fewer than 256 numbers are float32';

/** How a constant is used, and whether it may move. */
export interface ConstantUse {
  /** Whether it is nothing but a factor of products. */
  readonly product: boolean;
  readonly narrow: boolean;
}

/**
 * Decides how a float32 constant of a graph is kept under a half format. Nothing is ever clamped: what does not fit stays.
 *
 * It stays, and keeps the results of sums and the like in float32 too, where a number is infinite, NaN or beyond the format's
 * largest (a mask of -1e9), or where nothing would be left of it (an epsilon of 1e-12). It stays, and follows the activation,
 * where it has fewer than 256 numbers; where all are below the format's smallest normal number; where one would become zero and
 * the constant is no factor of a product; where all are whole and one would be rounded (indices, sizes).
 */
export function settleConstant(values: Float32Array, format: HalfPrecision, { product, narrow }: ConstantUse): SettledWeight {
  const range = summarize(values, format);
  const wide = misfit(range, format);
  if (wide !== null) return { kind: 'wide', why: wide };
  if (values.length < TINY_SIZE) return { kind: 'weak', why: SMALL };
  if (!narrow) return { kind: 'weak', why: 'weights stay float32, as the options say' };
  const why = loss(values, range, { format, product });
  return why === null ? { kind: 'half' } : { kind: 'weak', why };
}

/** Whether a weight is nothing but a factor of products. */
export function isFactor(node: GraphNode): boolean {
  if (node.children.length === 0) return false;
  return node.children.every((child) =>
    child.op === 'Identity' ? isFactor(child) : PRODUCTS.includes(child.op) && opName(child.inputNames[1] ?? '') === node.name,
  );
}

/** Why the format cannot stand for these numbers at all. */
function misfit({ count, nan, infinite, overflow, underflow, maxAbs }: RangeSummary, format: HalfPrecision): string | null {
  if (nan > 0) return 'it holds NaN';
  if (infinite > 0) return 'it holds infinities';
  if (overflow > 0) return `it reaches ${maxAbs}, beyond the ${formats[format].max} of ${format}`;
  if (underflow === count && count > 0) return `it would be zero in ${format}, its largest magnitude is ${maxAbs}`;
  return null;
}

/** What would be lost of numbers that the format can stand for. */
function loss(
  values: Float32Array,
  { underflow, maxAbs }: RangeSummary,
  { format, product }: { readonly format: HalfPrecision; readonly product: boolean },
): string | null {
  const { minNormal } = formats[format];
  if (maxAbs > 0 && maxAbs < minNormal) return `it is below the smallest normal number of ${format}, its largest magnitude is ${maxAbs}`;
  if (underflow > 0 && !product) return `${underflow} of its numbers would become zero in ${format}`;
  return roundsWhole(values, format) ? `it holds whole numbers that ${format} would round` : null;
}

/** Indices and sizes; beyond 2^24 float32 has no whole numbers of its own, a mask of -1e9 counts nothing. */
function roundsWhole(values: Float32Array, format: HalfPrecision): boolean {
  if (!values.every((value) => Number.isInteger(value) && Math.abs(value) <= 2 ** 24)) return false;
  const rounded = round(values, format);
  return values.some((value, i) => value !== rounded[i]);
}
