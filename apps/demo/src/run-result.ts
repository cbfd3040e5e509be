/** The scale at one step. */
export interface ScalePoint {
  readonly step: number;
  readonly scale: number;
}

/** What the GPU was asked for, counted and not timed; absent where no GPU took part. */
export interface RunCounters {
  /** Highest sum of live GPU buffer bytes from start to end, pools and staging included. */
  readonly peakBytes: number;
  /** The same over the training steps alone. */
  readonly trainPeakBytes: number;
  /** Of one steady step. */
  readonly dispatches: number;
  /** Bytes of the storage buffers bound, summed over the dispatches of one steady step. */
  readonly storageBytesBound: number;
  /** Of one steady step: 1 is the loss that is plotted. */
  readonly readbacks: number;
  /** Pipelines built after the second step. */
  readonly latePipelines: number;
  /** Whether the measured steps agreed in every counter. */
  readonly deterministic: boolean;
}

/** One run, as its process reports it. Plain JSON. */
export interface RunResult {
  readonly backend: string;
  readonly policy: string;
  readonly device: string;
  /** `f16`, `packed-f16`, `f32`, ... */
  readonly codec: string;
  readonly steps: number;
  readonly batch: number;
  readonly seed: number;
  /** Part of the held-out pictures that were named rightly; absent when not evaluated. */
  readonly accuracy: number | null;
  readonly heldOut: number;
  /** Held-out pictures for which the network's answer was not a number. */
  readonly unanswered: number;
  readonly losses: readonly number[];
  readonly counters: RunCounters | null;
  readonly scaleHistory: readonly ScalePoint[];
  readonly scale: number | null;
  readonly skipped: number;
  /** Median milliseconds of a step, the first steps left out. */
  readonly stepMs: number;
  readonly totalSeconds: number;
  readonly weights: { readonly count: number; readonly format: string; readonly fileBytes: number } | null;
  /** Accuracy of the weights after a trip through their file. */
  readonly fileAccuracy: number | null;
}

/** What a run's process says while it works. */
export type RunMessage =
  | { readonly kind: 'ready'; readonly backend: string; readonly device: string; readonly codec: string }
  | { readonly kind: 'step'; readonly step: number; readonly loss: number }
  | { readonly kind: 'evaluating' }
  | { readonly kind: 'result'; readonly result: RunResult }
  | { readonly kind: 'failed'; readonly message: string };
