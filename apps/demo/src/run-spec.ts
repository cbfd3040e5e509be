/** The three ways in which the demo trains one and the same network. */
export type RunKind = 'stock' | 'everything-half' | 'mixed';

/** Which plug-in of Halftone carries the half runs. */
export type PluginName = 'webgpu' | 'emulate' | 'node';

/** Where the pictures come from; each process makes or reads them itself. */
export type DataSpec =
  | { readonly kind: 'drawn'; readonly train: number; readonly heldOut: number }
  | { readonly kind: 'mnist'; readonly folder: string; readonly images?: number };

/** All that a process needs to know to do one run. Plain JSON: it is sent to the process as a message. */
export interface RunSpec {
  readonly kind: RunKind;
  readonly plugin: PluginName;
  /** `float32` for the stock run, `float16` for everything in half, else what the user asked for. */
  readonly policy: string;
  readonly data: DataSpec;
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly batchNormMomentum: number;
  /** Halves packed two to a 32-bit word even where the device has f16. */
  readonly packed: boolean;
  /** Scale to start from; the optimizer's own default where absent. */
  readonly initialScale?: number;
  /** Whether to judge the weights by the held-out pictures at the end. */
  readonly evaluate: boolean;
  /** Where the weights are written; nothing is written where absent. */
  readonly weightsFile?: string;
}

/** How the runs of each kind of data are set up where the user does not say otherwise. */
export const DEFAULTS = {
  drawn: { batch: 64, stepsPerEpoch: 60, epochs: 1, heldOut: 500, learningRate: 0.015, batchNormMomentum: 0.8 },
  mnist: { batch: 64, epochs: 4, learningRate: 0.003, batchNormMomentum: 0.9 },
  /** The emulated plug-in's stock run is tfjs's plain JavaScript backend, which takes seconds for a step of 64. */
  emulate: { batch: 32 },
} as const;
