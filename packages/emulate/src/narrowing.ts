import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Format16 } from '@halftone/float16';
import { round } from '@halftone/float16';
import type { BaseData } from './base/base-data.ts';
import type { EmulatePlan } from './options.ts';
import type { RangeCounters } from './range-counters.ts';

/** Rounds numbers into a half format, as the options of the plug-in say. */
export interface Narrowing {
  /** Rounds a tensor that nobody has seen yet, where it lies. `origin` names it in the counters. */
  inPlace(info: TensorInfo, format: Format16, origin: string): void;
  /** Rounds into a new array. */
  copy(values: Float32Array, format: Format16, origin: string): Float32Array;
}

/** Makes the rounding of one plug-in. Stochastic rounding draws anew for each tensor, in the order in which they come. */
export function createNarrowing(data: BaseData, { rounding, overflow, seed }: EmulatePlan, ranges: RangeCounters | null): Narrowing {
  let draws = 0;
  const into = (values: Float32Array, format: Format16, origin: string, out: Float32Array): Float32Array => {
    ranges?.add(origin, values, format);
    return round(values, format, { rounding, overflow, seed: (seed + draws++) % Number.MAX_SAFE_INTEGER, out });
  };
  return {
    inPlace: (info, format, origin) => data.rewrite(info, (values, out) => void into(values, format, origin, out)),
    copy: (values, format, origin) => into(values, format, origin, new Float32Array(values.length)),
  };
}
