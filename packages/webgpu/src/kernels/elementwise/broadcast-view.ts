import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { MapOperand, View } from '../../graph/record.ts';
import { stridesOf } from '../../graph/view.ts';

/**
 * How a tensor is read where it is broadcast to a shape: dimensions are aligned at their ends, and one of length 1
 * stands still.
 *
 * Pure.
 *
 * @returns `undefined` where the tensor lies exactly as the output does
 *
 * @example
 * broadcastView([3, 1], [2, 3, 4]); // { offset: 0, strides: [0, 1, 0] }
 */
export function broadcastView(inputShape: readonly number[], outputShape: readonly number[]): View | undefined {
  const missing = outputShape.length - inputShape.length;
  const own = stridesOf(inputShape);
  const strides = outputShape.map((_, axis) => ((inputShape[axis - missing] ?? 1) === 1 ? 0 : (own[axis - missing] ?? 0)));
  return outputShape.every((length, axis) => length === (inputShape[axis - missing] ?? 1)) ? undefined : { offset: 0, strides };
}

/** A tensor as an operand of an output of this shape. */
export function broadcastOperand(input: TensorInfo, outputShape: readonly number[]): MapOperand {
  const view = broadcastView(input.shape, outputShape);
  return view === undefined ? { input } : { input, view };
}
