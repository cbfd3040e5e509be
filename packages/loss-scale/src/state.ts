/**
 * What a loss scale remembers from step to step: five numbers that survive JSON, a checkpoint and a trip through a GPU buffer.
 */
export interface LossScaleState {
  /** The factor for the loss of the next step; always a finite float32 above 0. */
  readonly scale: number;
  /** Finite steps since the scale last moved, or since the last skipped step. */
  readonly goodSteps: number;
  /** Skipped steps up to now without a finite one between them. */
  readonly skippedInRow: number;
  /** Skipped steps in all. */
  readonly skipped: number;
  /** Steps whose gradients were finite and so could be applied, in all. */
  readonly applied: number;
}
