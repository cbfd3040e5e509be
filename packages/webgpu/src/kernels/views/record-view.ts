import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { View } from '../../graph/record.ts';
import { mergeRuns } from '../../graph/view.ts';
import type { GraphBackend, StockKernel } from '../elementwise/own-kernel.ts';
import { copyRows } from '../elementwise/other-kernels.ts';

/** A view of a tensor that becomes a tensor of its own. */
export interface ViewedTensor {
  readonly x: TensorInfo;
  readonly view: View;
  /** The shape that the strides of the view are for. */
  readonly shape: readonly number[];
  /** The shape of the result, of the same size: `shape` unless given. */
  readonly finalShape?: readonly number[];
}

/**
 * Records the copy of a view, or shares the data where the view changes nothing.
 *
 * @returns `null` for dtypes without a copy and for results without elements
 */
export function recordView(
  backend: GraphBackend,
  stock: StockKernel,
  { x, view, shape, finalShape = shape }: ViewedTensor,
): TensorInfo | null {
  const op = copyRows[x.dtype];
  const size = util.sizeFromShape([...shape]);
  if (op === undefined || size === 0) return null;
  if (size === util.sizeFromShape(x.shape) && liesTheSame(view, shape)) return reshape(backend, stock, x, finalShape);
  const copy = backend.recordMap({ op, operands: [{ input: x, view }], output: { shape, dtype: x.dtype } });
  if (util.arraysEqual([...shape], [...finalShape])) return copy;
  const result = reshape(backend, stock, copy, finalShape);
  backend.disposeData(copy.dataId);
  return result;
}

/** Another shape of the same data. */
export function reshape(backend: GraphBackend, stock: StockKernel, x: TensorInfo, shape: readonly number[]): TensorInfo {
  return stock('Reshape')({ inputs: { x }, attrs: { shape: [...shape] }, backend }) as TensorInfo;
}

function liesTheSame({ offset, strides }: View, shape: readonly number[]): boolean {
  const runs = mergeRuns(shape, strides);
  return offset === 0 && (runs.length === 0 || (runs.length === 1 && runs[0]?.stride === 1));
}
