import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';

/** What became of one optimizer's update, as far as it is known without waiting. */
export interface StepVerdict {
  /** The optimizer inside, not its wrapper. */
  readonly optimizer: Optimizer;
  /** bool `[1]` on the device: whether the update took place; `null` where it did for certain. It lives until the listener returns. */
  readonly applied: Tensor | null;
}

/** Called once after each update, with weights and slots as they are from now on; synchronous, and must not read from the device. */
export type StepListener = (verdict: StepVerdict) => void;

/** Who wants to hear of updates: an average of weights, which must not take in a skipped one. */
export class StepListeners {
  readonly #listeners = new Set<StepListener>();

  /** @returns what takes it off again */
  add(listener: StepListener): () => void {
    const own: StepListener = (verdict) => listener(verdict);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  tell(verdict: StepVerdict): void {
    for (const listener of this.#listeners) listener(verdict);
  }
}
