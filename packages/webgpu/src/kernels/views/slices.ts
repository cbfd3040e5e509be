import type { TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util, slice_util, util } from '@tensorflow/tfjs-core';
import type { View } from '../../graph/record.ts';
import { stridesOf } from '../../graph/view.ts';
import type { OwnKernel, RecordKernel, StockKernel } from '../elementwise/own-kernel.ts';
import { ownKernel } from '../elementwise/own-kernel.ts';
import { recordView } from './record-view.ts';

/** Kernels that take a part of a tensor. */
export function sliceKernels(stock: StockKernel): OwnKernel[] {
  return [
    ownKernel('Slice', stock, recordSlice(stock)),
    ownKernel('SplitV', stock, recordSplit(stock)),
    ownKernel('StridedSlice', stock, recordStridedSlice(stock)),
    ownKernel('Unpack', stock, recordUnpack(stock)),
  ];
}

/** A view that begins at a place and takes every step-th element. */
export function sliceView(shape: readonly number[], begin: readonly number[], steps?: readonly number[]): View {
  const own = stridesOf(shape);
  return {
    offset: own.reduce((sum, stride, axis) => sum + stride * (begin[axis] ?? 0), 0),
    strides: own.map((stride, axis) => stride * (steps?.[axis] ?? 1)),
  };
}

function recordSlice(stock: StockKernel): RecordKernel {
  return ({ inputs, attrs }, backend) => {
    const x = inputs['x'] as TensorInfo;
    const wanted = attrs as unknown as { begin: number | number[]; size: number | number[] };
    const [begin, size] = slice_util.parseSliceParams(x, wanted.begin, wanted.size) as [number[], number[]];
    slice_util.assertParamsValid(x, begin, size);
    return recordView(backend, stock, { x, view: sliceView(x.shape, begin), shape: size });
  };
}

function recordStridedSlice(stock: StockKernel): RecordKernel {
  return ({ inputs, attrs }, backend) => {
    const x = inputs['x'] as TensorInfo;
    const a = attrs as unknown as Readonly<Record<'begin' | 'end' | 'strides', number[]>> &
      Readonly<Record<'beginMask' | 'endMask' | 'ellipsisMask' | 'newAxisMask' | 'shrinkAxisMask', number>>;
    const info = slice_util.sliceInfo(
      x.shape,
      a.begin,
      a.end,
      a.strides,
      a.beginMask,
      a.endMask,
      a.ellipsisMask,
      a.newAxisMask,
      a.shrinkAxisMask,
    );
    const { begin, end, strides, finalShape } = info;
    const shape = slice_util.computeOutShape(begin, end, strides).map((length) => Math.max(length, 0));
    return recordView(backend, stock, { x, view: sliceView(x.shape, begin, strides), shape, finalShape });
  };
}

function recordSplit(stock: StockKernel): RecordKernel {
  return ({ inputs, attrs }, backend) => {
    const x = inputs['x'] as TensorInfo;
    const wanted = attrs as unknown as { numOrSizeSplits: number | number[]; axis: number };
    const axis = util.parseAxisParam(wanted.axis, x.shape)[0] ?? 0;
    const sizes = backend_util.prepareSplitSize(x, wanted.numOrSizeSplits, axis);
    if (sizes.some((size) => size === 0)) return null;
    let begin = 0;
    return allOrNothing(
      sizes.map((size) => {
        const shape = x.shape.map((length, i) => (i === axis ? size : length));
        const view = sliceView(
          x.shape,
          x.shape.map((_, i) => (i === axis ? begin : 0)),
        );
        begin += size;
        return recordView(backend, stock, { x, view, shape });
      }),
    );
  };
}

function recordUnpack(stock: StockKernel): RecordKernel {
  return ({ inputs, attrs }, backend) => {
    const x = inputs['value'] as TensorInfo;
    const axis = util.parseAxisParam(Number(attrs?.['axis'] ?? 0), x.shape)[0] ?? 0;
    const without = <T>(list: readonly T[]): T[] => list.filter((_, i) => i !== axis);
    const own = stridesOf(x.shape);
    const shape = without(x.shape);
    return allOrNothing(
      Array.from({ length: x.shape[axis] ?? 0 }, (_, index) =>
        recordView(backend, stock, { x, view: { offset: index * (own[axis] ?? 0), strides: without(own) }, shape }),
      ),
    );
  };
}

/** Whether a dtype can be viewed does not depend on the part, so either all parts are there or none is. */
function allOrNothing(parts: readonly (TensorInfo | null)[]): TensorInfo[] | null {
  const found = parts.filter((part) => part !== null);
  return found.length === parts.length ? found : null;
}
