import type { Optimizer, Variable } from '@tensorflow/tfjs-core';

/** A moment of one weight, as saved models name it. */
export interface MomentSlot {
  readonly originalName: string;
  readonly variable: Variable;
}

/** What a fused step has to know of AdamW and LAMB beside their public numbers. */
export interface MomentState {
  /** {beta1^t, beta2^t}. */
  readonly powers: readonly Variable[];
  /** {first, second} moment by position. */
  readonly slots: (index: number) => readonly (Variable | undefined)[];
  readonly decayOf: (name: string) => number;
  /** First and second moments by position; a list may have holes. */
  readonly lists: () => readonly [readonly MomentSlot[], readonly MomentSlot[]];
  /** Takes other moments over; the old ones are the caller's to dispose. */
  readonly setLists: (first: MomentSlot[], second: MomentSlot[]) => void;
}

/** Each moment optimizer's own way in, for `inner-slots.ts`. */
export const momentStates: WeakMap<Optimizer, MomentState> = new WeakMap();
