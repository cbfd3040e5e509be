/** Highest sums of the bytes held on the device at one batch size, pools and what others hold included. */
export interface MeasuredBatch {
  readonly batchSize: number;
  /** Forward, backward and the optimizer's step, from the second step on. */
  readonly trainBytes: number;
  /** `evaluate`, as `fit` does for validation. */
  readonly evaluateBytes: number;
  readonly predictBytes: number;
}

/** A batch that did not fit. */
export interface RefusedBatch {
  readonly batchSize: number;
  /** What the plug-in said, which names the tensor, or how much was measured. */
  readonly why: string;
}

/** What `findBatchSize` found. */
export interface BatchSizeReport {
  /** The proposal. It was trained, evaluated and predicted with at this size. */
  readonly batchSize: number;
  /** `budget`: more would not fit, by the line through what was measured or because it was refused. `max`: more is not wanted. */
  readonly limitedBy: 'budget' | 'max';
  readonly budgetBytes: number;
  /** The budget without the headroom; the measured peak at `batchSize` is at most this. */
  readonly usableBytes: number;
  /** What does not grow with the batch: weights, slots, gradients, and whatever else is on the device. */
  readonly fixedBytes: number;
  /** What each sample adds. */
  readonly bytesPerSample: number;
  readonly measured: readonly MeasuredBatch[];
  /** Sizes that were tried and did not fit. */
  readonly refused: readonly RefusedBatch[];
}

/** The most that training at this size held at any time. Pure. */
export function peakOf({ trainBytes, evaluateBytes, predictBytes }: MeasuredBatch): number {
  return Math.max(trainBytes, evaluateBytes, predictBytes);
}
