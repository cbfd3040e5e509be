import type { NamedTensorMap, Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core';
import { add, cast, dispose, keep, mul, reshape, sub, tidy, variable as createVariable } from '@tensorflow/tfjs-core';
import { fullPrecision } from '@halftone/autocast';
import type { StepListener } from '@halftone/optimizer';
import { message } from '../../bytes/model-file-error.ts';

/** A weight that is averaged. */
export interface AveragedWeight {
  readonly key: string;
  /** The variable now: frozen weights come and go. */
  readonly variable: () => Variable;
}

/** Whoever tells of updates: a wrapped optimizer, a `gradScaler`. */
export interface StepTeller {
  afterStep(listener: StepListener): () => void;
}

/** Exponential moving averages of weights; `emaOf` makes them and tells how to use them. */
export class WeightAverage {
  readonly decay: number;
  readonly #weights: readonly AveragedWeight[];
  readonly #averages: readonly Variable[];
  readonly #undo = new Set<() => void>();
  #held: readonly Tensor[] | null = null;

  constructor(weights: readonly AveragedWeight[], decay: number) {
    this.decay = decay;
    this.#weights = weights;
    this.#averages = weights.map(({ variable }) => tidy(() => createVariable(variable(), false)));
  }

  /** Takes the weights in as they are now. For loops without loss scaling, after each step; all others are followed. */
  update(): void {
    this.#take(null);
  }

  /**
   * Takes the weights in after each update of a wrapped optimizer or a `gradScaler`, and not after a skipped one.
   *
   * @param steps - what makes the updates
   * @param options - `optimizer`: the one whose updates count, where a `gradScaler` serves several; all unless given
   * @returns what ends it
   */
  follow(steps: StepTeller, options: { readonly optimizer?: Optimizer } = {}): () => void {
    const off = steps.afterStep(({ optimizer, applied }) => {
      if (options.optimizer === undefined || options.optimizer === optimizer) this.#take(applied);
    });
    this.#undo.add(off);
    return () => {
      off();
      this.#undo.delete(off);
    };
  }

  /** Whether the averages are in the place of the weights. */
  get swappedIn(): boolean {
    return this.#held !== null;
  }

  /** Puts the averages in the place of the weights, to evaluate, predict or save a model with them. Training has to wait for `swapOut`. */
  swapIn(): void {
    if (this.#held !== null) throw new Error(message('averages may be swapped in once', 'swapIn() a second time', 'Call swapOut() first.'));
    const variables = this.#weights.map(({ variable }) => variable());
    this.#held = variables.map((variable) => keep(variable.clone()));
    variables.forEach((variable, index) => variable.assign(this.#averages[index] as Variable));
  }

  /** Gives the weights their own numbers back, bit for bit. */
  swapOut(): void {
    if (this.#held === null) throw new Error(message('averages must be swapped in', 'swapOut() without', 'Call swapIn() first.'));
    const held = this.#held;
    this.#held = null;
    this.#weights.forEach(({ variable }, index) => variable().assign(held[index] as Tensor));
    dispose([...held]);
  }

  /** The averages by the names of their weights, on an object without a prototype; the caller owns the tensors. */
  averages(): NamedTensorMap {
    const named = Object.create(null) as NamedTensorMap;
    this.#weights.forEach(({ key }, index) => (named[key] = (this.#averages[index] as Variable).clone()));
    return named;
  }

  /** Ends all following and frees the averages; weights that are swapped out come back first. */
  dispose(): void {
    for (const undo of this.#undo) undo();
    this.#undo.clear();
    if (this.#held !== null) this.swapOut();
    dispose([...this.#averages]);
  }

  /** Calls this when it is disposed. */
  onDispose(undo: () => void): void {
    this.#undo.add(undo);
  }

  /** What a checkpoint keeps: the averages' own variables by key. */
  parts(): readonly { readonly key: string; readonly variable: Variable }[] {
    return this.#weights.map(({ key }, index) => ({ key, variable: this.#averages[index] as Variable }));
  }

  /** average - (average - weight) × rate, with a rate of 0 where the step was skipped: then every number stays as it is. */
  #take(applied: Tensor | null): void {
    if (this.#held !== null) {
      throw new Error(
        message('training needs the weights themselves', 'a step while their averages are swapped in', 'Call swapOut() first.'),
      );
    }
    fullPrecision(() =>
      tidy(() => {
        const rate = applied === null ? 1 - this.decay : mul(cast(reshape(applied, []), 'float32'), 1 - this.decay);
        this.#weights.forEach(({ variable }, index) => {
          const average = this.#averages[index] as Variable;
          average.assign(add(average, mul(sub(variable(), average), rate)));
        });
      }),
    );
  }
}
