import type { Format } from '../src/index.ts';

export interface ReferenceFormat {
  readonly name: Format;
  readonly values: Float64Array;
  readonly midpoints: Float64Array;
  readonly last: number;
  readonly signBit: number;
  readonly infinity: number | null;
  isNaN(code: number): boolean;
}
export function referenceFormat(name: Format): ReferenceFormat;
export function nearestIndex(format: ReferenceFormat, size: number): number;
export function lowerIndex(format: ReferenceFormat, size: number): number;
export function walkAscending(format: ReferenceFormat, sizes: ArrayLike<number>, nearest: Int32Array, lower: Int32Array): void;
