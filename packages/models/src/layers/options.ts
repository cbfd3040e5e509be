import type { MixedPrecisionOptions } from '@halftone/optimizer';

/** How `mixedPrecision` trains a model; the same as for `mixedPrecisionOptimizer`, whose policy is the model's. */
export interface MixedPrecisionModelOptions extends Omit<MixedPrecisionOptions, 'policy'> {
  /** How large weights of frozen layers are stored while the model is wrapped: in the layer's half format (default), or left as they are. */
  readonly frozen?: 'half' | 'float32';
}

/** Refuses what cannot be meant before anything is changed. */
export function checkModelOptions(options: MixedPrecisionModelOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `[models] options must be an object, got ${options === null ? 'null' : typeof options}. Leave them out for the defaults.`,
    );
  }
  const { frozen = 'half' } = options;
  if (frozen !== 'half' && frozen !== 'float32') {
    throw new RangeError(`[models] frozen must be 'half' or 'float32', got '${String(frozen)}'. Leave it out for 'half'.`);
  }
  if ('policy' in options) {
    throw new RangeError(
      "[models] options have no policy, got one. Pass it before them: mixedPrecision(model, 'mixed_bfloat16', options).",
    );
  }
}
