import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { add, cast, dispose, keep, sub, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { setIterations } from './inner-optimizer.ts';

/** Counts on the device how often each optimizer was skipped, so that the `iterations` that it saves can be corrected. */
export class SkipCounters {
  readonly #counters = new Map<Optimizer, { skipped: Tensor; known: number }>();

  /** Counts one step by its flag, bool `[1]`, which stays the caller's. */
  count(optimizer: Optimizer, finite: Tensor): void {
    const counter = this.#counters.get(optimizer);
    const old = counter?.skipped ?? null;
    const skipped = keep(tidy(() => add(old ?? tensor1d([0]), sub(1, cast(finite, 'float32')))));
    old?.dispose();
    this.#counters.set(optimizer, { skipped, known: counter?.known ?? 0 });
  }

  /** The counters in a fixed order, to be copied along with the scale. */
  tensors(): Tensor[] {
    return [...this.#counters.values()].map(({ skipped }) => skipped);
  }

  /** Takes counts that arrived, in the order of `tensors`. */
  arrive(counts: readonly number[]): void {
    for (const [index, [optimizer, counter]] of [...this.#counters].entries()) {
      const count = counts[index];
      if (count === undefined) return;
      setIterations(optimizer, optimizer.iterations - (count - counter.known));
      counter.known = count;
    }
  }

  dispose(): void {
    dispose(this.tensors());
    this.#counters.clear();
  }
}
