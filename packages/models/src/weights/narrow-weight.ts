import type { Storage } from '@halftone/autocast';
import { decode } from '@halftone/float16';
import { storageFor, type WeightData, type WeightStorage } from './place-weight.ts';
import { fits, HalfRangeError, narrow, type RangeAllowance, rangeOf } from './range-report.ts';

/** How a weight is to be stored, and what may be lost. */
export interface Narrowing {
  /** Elements of the weight. */
  readonly size: number;
  readonly storage: WeightStorage;
  readonly allow: RangeAllowance;
}

/** A weight narrowed as asked, on the host; refuses what would be lost without leave. */
export function narrowed(name: string, data: WeightData, { size, storage, allow }: Narrowing): WeightData {
  const target: Storage = storageFor(data, size, storage);
  if (target === 'float32' || (data.kind === 'half' && data.format === target)) return data;
  const values = data.kind === 'half' ? decode(data.bits, data.format) : (data.values as Float32Array);
  const range = rangeOf(values, target);
  if (!fits(range, allow)) throw new HalfRangeError(target, [{ name, range }]);
  return { kind: 'half', format: target, bits: narrow(values, target, allow) };
}
