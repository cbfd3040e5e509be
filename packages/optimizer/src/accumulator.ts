import type { Tensor } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  dispose,
  equal,
  greater,
  keep,
  logicalAnd,
  maximum,
  mul,
  reciprocal,
  reshape,
  scalar,
  tensor1d,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { Chooser } from './chooser.ts';
import type { FiniteCheck } from './finite-check.ts';
import { checkFinite } from './finite-check.ts';
import type { NamedGradient } from './gradient-list.ts';
import type { StepFlags } from './scale-on-device.ts';

/** What a micro-batch with an infinity or NaN costs: the whole window (PyTorch), or itself (Keras). */
export type BadMicroBatch = 'drop-window' | 'drop-one';

/**
 * Adds up the gradients of several micro-batches in float32 and hands out their mean.
 *
 * `drop-window` needs no look at the single micro-batch: an infinity stays in the sum and is found when the window closes.
 * `drop-one` looks at each, adds only the good ones, and divides by their number, all on the device.
 */
export class Accumulator {
  readonly size: number;
  readonly #dropsOne: boolean;
  readonly #sums = new Map<string, Tensor | null>();
  #count = 0;
  #good: Tensor | null = null;
  #firstBad: Tensor | null = null;

  constructor(size: number, { dropsOne }: { readonly dropsOne: boolean }) {
    this.size = size;
    this.#dropsOne = dropsOne;
  }

  /** Micro-batches in the window. */
  get count(): number {
    return this.#count;
  }

  /** Whether the window is complete. */
  get full(): boolean {
    return this.#count >= this.size;
  }

  /** Adds one micro-batch. Under `drop-one` `onChecked` gets its flag, to undo what its forward pass wrote; `null` checks nothing. */
  add(list: readonly NamedGradient[], onChecked: ((chooser: Chooser) => void) | null): void {
    for (const { name } of list) if (!this.#sums.has(name)) this.#sums.set(name, null);
    if (this.#dropsOne && onChecked !== null) this.#addChecked(list, onChecked);
    else for (const { name, tensor } of list) if (tensor !== null) this.#addTo(name, tensor);
    this.#count += 1;
  }

  /** Whether micro-batches were judged one by one, so that the check of the mean is not the whole verdict. */
  get judged(): boolean {
    return this.#good !== null;
  }

  /** The mean gradients, in the order in which variables first came; owned by the caller. */
  mean(): NamedGradient[] {
    const good = this.#good;
    const factor = good === null ? scalar(1 / this.size) : tidy(() => reshape(reciprocal(maximum(good, 1)), []));
    const means = [...this.#sums].map(([name, sum]) => ({ name, tensor: sum === null ? null : mul(sum, factor) }));
    factor.dispose();
    return means;
  }

  /** What the window as a whole found, from the check of its means; owned by the caller. */
  flags(check: FiniteCheck): StepFlags {
    const { finite, firstBad } = check;
    const [good, earlier] = [this.#good, this.#firstBad];
    if (good === null || earlier === null) return { finite: finite.clone(), applied: finite.clone(), firstBad: firstBad.clone() };
    return tidy(() => ({
      finite: logicalAnd(finite, equal(good, this.size)),
      applied: logicalAnd(finite, greater(good, 0)),
      firstBad: where(greater(earlier, -1), earlier, firstBad),
    })) as StepFlags;
  }

  /** Empties the window. */
  clear(): void {
    dispose([...this.#sums.values()].filter((sum) => sum !== null));
    this.#sums.clear();
    this.#good?.dispose();
    this.#firstBad?.dispose();
    [this.#good, this.#firstBad, this.#count] = [null, null, 0];
  }

  #addChecked(list: readonly NamedGradient[], onChecked: (chooser: Chooser) => void): void {
    const gradients = new Map(list.map(({ name, tensor }) => [name, tensor]));
    const check = tidy(() => checkFinite([...this.#sums.keys()].map((name) => gradients.get(name) ?? scalar(0))));
    const chooser = new Chooser(check.finite);
    for (const { name, tensor } of list) {
      if (tensor !== null) tidy(() => this.#addTo(name, chooser.choose(tensor, zerosLike(tensor))));
    }
    this.#note(check);
    onChecked(chooser);
    chooser.dispose();
    dispose([check.finite, check.firstBad]);
  }

  #addTo(name: string, tensor: Tensor): void {
    const sum = this.#sums.get(name) ?? null;
    this.#sums.set(name, keep(sum === null ? tensor.clone() : add(sum, tensor)));
    sum?.dispose();
  }

  #note({ finite, firstBad }: FiniteCheck): void {
    const [good, earlier] = [this.#good, this.#firstBad];
    this.#good = keep(tidy(() => add(good ?? tensor1d([0]), cast(finite, 'float32'))));
    this.#firstBad = keep(tidy(() => (earlier === null ? firstBad.clone() : where(greater(earlier, -1), earlier, firstBad))));
    good?.dispose();
    earlier?.dispose();
  }
}
