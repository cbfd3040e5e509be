import type { Format } from '@halftone/float16';

/** The array that holds the numbers, or bit patterns, of each type that a safetensors file can hold. */
interface Arrays {
  readonly U64: BigUint64Array<ArrayBuffer>;
  readonly I64: BigInt64Array<ArrayBuffer>;
  readonly F64: Float64Array<ArrayBuffer>;
  readonly F32: Float32Array<ArrayBuffer>;
  readonly U32: Uint32Array<ArrayBuffer>;
  readonly I32: Int32Array<ArrayBuffer>;
  readonly BF16: Uint16Array<ArrayBuffer>;
  readonly F16: Uint16Array<ArrayBuffer>;
  readonly U16: Uint16Array<ArrayBuffer>;
  readonly I16: Int16Array<ArrayBuffer>;
  readonly F8_E4M3: Uint8Array<ArrayBuffer>;
  readonly F8_E5M2: Uint8Array<ArrayBuffer>;
  readonly I8: Int8Array<ArrayBuffer>;
  readonly U8: Uint8Array<ArrayBuffer>;
  readonly BOOL: Uint8Array<ArrayBuffer>;
}

/** A type of number that a safetensors file can hold, by its name in the file. */
export type SafetensorsDType = keyof Arrays;

/** The types whose numbers JavaScript has no array for: their bit patterns are handed out. */
export type CodedDType = 'F16' | 'BF16' | 'F8_E4M3' | 'F8_E5M2';

/** The array of one type. */
export type ArrayOf<D extends SafetensorsDType> = Arrays[D];

interface DTypeRow {
  /** Bytes of one number. */
  readonly bytes: 1 | 2 | 4 | 8;
  readonly array: new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayOf<SafetensorsDType>;
  /** The codec of a type that is handed out as bit patterns. */
  readonly format?: Format;
}

/**
 * All types, in the order in which the reference library lays them into a file: wide before narrow, so that every tensor
 * begins at a multiple of its width.
 */
export const dtypes: Readonly<Record<SafetensorsDType, DTypeRow>> = {
  U64: { bytes: 8, array: BigUint64Array },
  I64: { bytes: 8, array: BigInt64Array },
  F64: { bytes: 8, array: Float64Array },
  F32: { bytes: 4, array: Float32Array },
  U32: { bytes: 4, array: Uint32Array },
  I32: { bytes: 4, array: Int32Array },
  BF16: { bytes: 2, array: Uint16Array, format: 'bfloat16' },
  F16: { bytes: 2, array: Uint16Array, format: 'float16' },
  U16: { bytes: 2, array: Uint16Array },
  I16: { bytes: 2, array: Int16Array },
  F8_E4M3: { bytes: 1, array: Uint8Array, format: 'float8_e4m3fn' },
  F8_E5M2: { bytes: 1, array: Uint8Array, format: 'float8_e5m2' },
  I8: { bytes: 1, array: Int8Array },
  U8: { bytes: 1, array: Uint8Array },
  BOOL: { bytes: 1, array: Uint8Array },
};

const order: readonly string[] = /* @__PURE__ */ Object.keys(dtypes);

export function isDType(name: unknown): name is SafetensorsDType {
  return typeof name === 'string' && Object.hasOwn(dtypes, name);
}

/** Below 0 where `a` lies before `b` in a file. */
export function compareDTypes(a: SafetensorsDType, b: SafetensorsDType): number {
  return order.indexOf(a) - order.indexOf(b);
}

export const dtypeNames: string = /* @__PURE__ */ order.join(', ');
