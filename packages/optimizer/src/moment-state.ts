import type { Optimizer, Variable } from '@tensorflow/tfjs-core';

/** What a fused step has to know of AdamW and LAMB beside their public numbers. */
export interface MomentState {
  /** {beta1^t, beta2^t}. */
  readonly powers: readonly Variable[];
  /** {first, second} moment by position. */
  readonly slots: (index: number) => readonly (Variable | undefined)[];
  readonly decayOf: (name: string) => number;
}

/** Each moment optimizer's own way in, for `inner-slots.ts`. */
export const momentStates: WeakMap<Optimizer, MomentState> = new WeakMap();
