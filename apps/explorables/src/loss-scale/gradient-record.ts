/** How often each power of two occurs among the magnitudes of a tensor. */
export interface ExponentCounts {
  /** Exponent of the first count: magnitudes from 2^first up to, and without, 2^(first + 1). */
  readonly first: number;
  readonly counts: readonly number[];
  /** Numbers that are zero already, in float32: behind a relu or a max-pooling. No scale changes them. */
  readonly zeros: number;
}

/** Gradients of a real training, as `record/` writes them down. */
export interface GradientRecord {
  readonly madeBy: string;
  readonly how: string;
  readonly steps: number;
  /** The steps whose gradients were counted, from 1 on. */
  readonly keptSteps: readonly number[];
  readonly names: readonly string[];
  /** By name, for each kept step. */
  readonly counts: Readonly<Record<string, readonly ExponentCounts[]>>;
  /** The loss at each kept step. */
  readonly losses: readonly number[];
  /** What `largest` counts in. */
  readonly largestUnit: number;
  /** The largest magnitude of any gradient of each step, in whole units, rounded up. */
  readonly largest: readonly number[];
}
