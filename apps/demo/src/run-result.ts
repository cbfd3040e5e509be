/** The scale at one step. */
export interface ScalePoint {
  readonly step: number;
  readonly scale: number;
}

/** What the GPU or TensorFlow was asked for, counted and not timed; absent where neither took part. */
export interface RunCounters {
  /** Highest sum of the bytes of live GPU buffers, pools and staging included, or of live TensorFlow handles, from start to end. */
  readonly peakBytes: number;
  /** The same over the training steps alone. */
  readonly trainPeakBytes: number;
  /** Of one steady step; `null` for TensorFlow, which does not tell. */
  readonly dispatches: number | null;
  /** TensorFlow ops of one steady step; `null` for a GPU. */
  readonly ops: number | null;
  /** Bytes of the storage buffers bound, summed over the dispatches of one steady step; for TensorFlow of the inputs and outputs of its ops. */
  readonly storageBytesBound: number;
  /** Of one steady step: 1 is the loss that is plotted. */
  readonly readbacks: number;
  /** Pipelines built after the second step; `null` for TensorFlow, which has none. */
  readonly latePipelines: number | null;
  /** Whether the measured steps agreed in every counter. */
  readonly deterministic: boolean;
}

/** What was seen inside TensorFlow, by the types of its handles and not by what tfjs says of them. */
export interface TensorflowFacts {
  /** Types of the trained weights at the end: how many tensors of each. */
  readonly weightTypes: Readonly<Record<string, number>>;
  /** The same of everything that the optimizer keeps: its moments. */
  readonly slotTypes: Readonly<Record<string, number>>;
  /** Live handles at the end of each epoch. */
  readonly handlesAfterEpoch: readonly number[];
  /** Casts of one steady step. */
  readonly casts: {
    readonly down: number;
    readonly up: number;
    /** Casts down of weights with more than one axis. */
    readonly weights: number;
  };
  /** Weights with more than one axis: what matrix products and convolutions read. */
  readonly weightMatrices: number;
  /** Inputs of matrix products and convolutions, of one steady step. */
  readonly products: { readonly floatInputs: number; readonly halfInputs: number };
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
  /** Absent where TensorFlow took no part. */
  readonly tensorflow: TensorflowFacts | null;
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
