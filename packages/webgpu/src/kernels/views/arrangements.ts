import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { View } from '../../graph/record.ts';
import { stridesOf } from '../../graph/view.ts';
import type { OwnKernel, StockKernel } from '../elementwise/own-kernel.ts';
import { ownKernel } from '../elementwise/own-kernel.ts';
import { recordView } from './record-view.ts';

/** Kernels that arrange a whole tensor anew. */
export function arrangementKernels(stock: StockKernel): OwnKernel[] {
  return [
    ownKernel('Reverse', stock, ({ inputs, attrs }, backend) => {
      const x = inputs['x'] as TensorInfo;
      const axes = util.parseAxisParam(attrs?.['dims'] as number[], x.shape);
      return recordView(backend, stock, { x, view: reversedView(x.shape, axes), shape: x.shape });
    }),
    ownKernel('Tile', stock, ({ inputs, attrs }, backend) => {
      const x = inputs['x'] as TensorInfo;
      const reps = attrs?.['reps'] as number[];
      return recordView(backend, stock, { x, ...tiledView(x.shape, reps) });
    }),
    ownKernel('Transpose', stock, ({ inputs, attrs }, backend) => {
      const x = inputs['x'] as TensorInfo;
      const perm = attrs?.['perm'] as number[];
      const own = stridesOf(x.shape);
      const view = { offset: 0, strides: perm.map((axis) => own[axis] ?? 0) };
      return recordView(backend, stock, { x, view, shape: perm.map((axis) => x.shape[axis] ?? 1) });
    }),
  ];
}

/** Backwards along some axes. */
export function reversedView(shape: readonly number[], axes: readonly number[]): View {
  const own = stridesOf(shape);
  return {
    offset: axes.reduce((sum, axis) => sum + ((shape[axis] ?? 1) - 1) * (own[axis] ?? 0), 0),
    strides: own.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
  };
}

/**
 * A tensor repeated along its axes. A repeat is a dimension of its own that stands still, before the dimension that it
 * repeats; the result merges the two.
 */
export function tiledView(shape: readonly number[], reps: readonly number[]): { view: View; shape: number[]; finalShape: number[] } {
  const own = stridesOf(shape);
  const parts = shape.flatMap((length, axis) => {
    const rep = reps[axis] ?? 1;
    const kept = { length, stride: own[axis] ?? 0 };
    if (rep === 1) return [kept];
    const repeat = { length: rep, stride: 0 };
    return length === 1 ? [repeat] : [repeat, kept];
  });
  return {
    view: { offset: 0, strides: parts.map(({ stride }) => stride) },
    shape: parts.map(({ length }) => length),
    finalShape: shape.map((length, axis) => length * (reps[axis] ?? 1)),
  };
}
