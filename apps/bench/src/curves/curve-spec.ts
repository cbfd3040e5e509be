import type { ModelName } from '../models/model-table.ts';

/** The models that are trained on real data. */
export const CURVE_MODELS = ['cnn', 'unet', 'transformer'] as const satisfies readonly ModelName[];

/** What is compared; the first is the yardstick. */
export const CURVE_POLICIES = ['float32', 'mixed_float16', 'mixed_bfloat16'] as const;

export type CurveModel = (typeof CURVE_MODELS)[number];
export type CurvePolicy = (typeof CURVE_POLICIES)[number];

/** Sizes of one training. */
export interface CurveSizes {
  readonly steps: number;
  readonly batch: number;
  /** Pixels a side, or characters in a row. */
  readonly size: number;
  /** Repeated blocks or levels; 0 where the model's are fixed. */
  readonly depth: number;
  /** The final loss is the mean over so many last steps. */
  readonly last: number;
  /** Batches that are never trained on and judge the model. */
  readonly heldOut: number;
}

/** One training, as plain data: it crosses to the process that does it. */
export interface CurveSpec {
  readonly model: CurveModel;
  readonly policy: CurvePolicy;
  readonly seed: number;
  readonly sizes: CurveSizes;
  /** Folder with `mnist`, `membrane` and `tinyshakespeare`. */
  readonly data: string;
  /** Relative change of every first weight, to learn what rounding alone does to a curve; 0 for none. */
  readonly nudge: number;
}

/** What a training left. */
export interface CurveResult {
  readonly losses: readonly number[];
  /** Mean over the held-out batches after the last step. */
  readonly heldOutLoss: number;
  readonly skipped: number;
  /** At the end; `null` without a loss scale. */
  readonly scale: number | null;
  readonly codec: string;
  readonly device: string;
  readonly seconds: number;
}

/** What the process of a training says. */
export type CurveMessage =
  | { readonly kind: 'step'; readonly step: number; readonly loss: number }
  | { readonly kind: 'result'; readonly result: CurveResult }
  | { readonly kind: 'failed'; readonly message: string };

/** Moving statistics follow in tens of steps instead of hundreds, so that a short training can be judged by them. */
export const BATCH_NORM_MOMENTUM = 0.9;

/** Sizes by the length of the training: short for CI, whole for evidence. */
export const CURVE_SIZES = {
  short: {
    cnn: { steps: 60, batch: 64, size: 28, depth: 0, last: 20, heldOut: 8 },
    unet: { steps: 40, batch: 8, size: 32, depth: 2, last: 10, heldOut: 4 },
    transformer: { steps: 40, batch: 8, size: 32, depth: 2, last: 10, heldOut: 4 },
  },
  whole: {
    cnn: { steps: 250, batch: 64, size: 28, depth: 0, last: 80, heldOut: 31 },
    unet: { steps: 100, batch: 8, size: 32, depth: 2, last: 30, heldOut: 12 },
    transformer: { steps: 120, batch: 8, size: 32, depth: 2, last: 40, heldOut: 16 },
  },
} as const satisfies Record<string, Record<CurveModel, CurveSizes>>;

export type CurveLength = keyof typeof CURVE_SIZES;
