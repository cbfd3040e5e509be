import type { Tensor } from '@tensorflow/tfjs-core';
import type { LossScale, LossScaleState } from '@halftone/loss-scale';

/** What a step tells the scale: two flags and the first bad gradient, all on the device (`[1]` each). */
export interface StepFlags {
  /** bool: no gradient of the step was infinite or NaN; moves the scale. */
  readonly finite: Tensor;
  /** bool: the update took place; moves the counters. Only `drop-one` accumulation tells the two apart. */
  readonly applied: Tensor;
  /** float32: position of the first bad gradient in the list that was checked, or -1. */
  readonly firstBad: Tensor;
}

/** A loss scale that lives on the device and moves there, so that no step waits for it or reads it. */
export interface ScaleOnDevice {
  readonly machine: LossScale;
  /** float32 scalar, owned by this object: the seed of the backward pass. */
  readonly scale: Tensor;
  /** 1 / scale as a scalar that the caller owns. */
  inverse(): Tensor;
  /** Moves by one step. Never reads anything back. */
  advance(flags: StepFlags): void;
  /** Puts another scale in place, as `update(newScale)` of PyTorch does: counters stay. */
  setScale(scale: number): void;
  /** All six numbers in one float32 tensor `[6]` that the caller owns, for one asynchronous copy. */
  pack(): Tensor;
  restore(state: LossScaleState): void;
  dispose(): void;
}

/** How many numbers `pack` makes: scale, goodSteps, skippedInRow, skipped, applied, firstBad. */
export const STATE_SIZE = 6;

/** Reads what `pack` made. `firstBad` is -1 after a finite step. */
export function unpack(values: ArrayLike<number>): LossScaleState & { readonly firstBad: number } {
  const [scale, goodSteps, skippedInRow, skipped, applied, firstBad] = Array.from(values) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { scale, goodSteps, skippedInRow, skipped, applied, firstBad };
}
