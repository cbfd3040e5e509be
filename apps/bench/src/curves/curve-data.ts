import type { Batch } from '../models/model.ts';
import type { CurveModel, CurveSizes } from './curve-spec.ts';
import { digitData } from './digits.ts';
import { membraneData } from './membrane.ts';
import { textData } from './shakespeare.ts';

/** Real data of a training, read once. Batches are uploaded one at a time; whoever takes one disposes it. */
export interface CurveData {
  readonly train: (step: number) => Batch;
  readonly heldOut: (index: number) => Batch;
}

/** What data of one kind needs to know. */
export type CurveDataOptions = CurveSizes & { readonly folder: string; readonly seed: number };

const sources: Readonly<Record<CurveModel, (options: CurveDataOptions) => CurveData>> = {
  cnn: digitData,
  unet: membraneData,
  transformer: textData,
};

/**
 * Reads the data of a model.
 *
 * The batches depend on sizes and seed alone, so every policy sees the same numbers in the same order.
 *
 * @param options - `folder` holds `mnist`, `membrane` and `tinyshakespeare`
 */
export function curveData(model: CurveModel, options: CurveDataOptions): CurveData {
  return sources[model](options);
}
