import type { Format } from '@halftone/float16';

/** A type of number that a safetensors file can hold, by its name in the file. */
export type SafetensorsDType = keyof typeof dtypes;

/** The types whose numbers JavaScript has no array for: their bit patterns are handed out. */
export type CodedDType = 'F16' | 'BF16' | 'F8_E4M3' | 'F8_E5M2';

/** The array that holds the numbers, or bit patterns, of one type. */
export type ArrayOf<D extends SafetensorsDType> = InstanceType<(typeof dtypes)[D]['array']>;

interface DTypeRow {
  /** Bytes of one number. */
  readonly bytes: 1 | 2 | 4 | 8;
  readonly array: new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;
  /** The codec of a type that is handed out as bit patterns. */
  readonly format?: Format;
}

/**
 * All types, in the order in which the reference library lays them into a file: wide before narrow, so that every tensor
 * begins at a multiple of its width.
 */
export const dtypes = {
  U64: { bytes: 8, array: BigUint64Array<ArrayBuffer> },
  I64: { bytes: 8, array: BigInt64Array<ArrayBuffer> },
  F64: { bytes: 8, array: Float64Array<ArrayBuffer> },
  F32: { bytes: 4, array: Float32Array<ArrayBuffer> },
  U32: { bytes: 4, array: Uint32Array<ArrayBuffer> },
  I32: { bytes: 4, array: Int32Array<ArrayBuffer> },
  BF16: { bytes: 2, array: Uint16Array<ArrayBuffer>, format: 'bfloat16' },
  F16: { bytes: 2, array: Uint16Array<ArrayBuffer>, format: 'float16' },
  U16: { bytes: 2, array: Uint16Array<ArrayBuffer> },
  I16: { bytes: 2, array: Int16Array<ArrayBuffer> },
  F8_E4M3: { bytes: 1, array: Uint8Array<ArrayBuffer>, format: 'float8_e4m3fn' },
  F8_E5M2: { bytes: 1, array: Uint8Array<ArrayBuffer>, format: 'float8_e5m2' },
  I8: { bytes: 1, array: Int8Array<ArrayBuffer> },
  U8: { bytes: 1, array: Uint8Array<ArrayBuffer> },
  BOOL: { bytes: 1, array: Uint8Array<ArrayBuffer> },
} as const satisfies Record<string, DTypeRow>;

const order: readonly string[] = /* @__PURE__ */ Object.keys(dtypes);

export function isDType(name: unknown): name is SafetensorsDType {
  return typeof name === 'string' && Object.hasOwn(dtypes, name);
}

/** Below 0 where `a` lies before `b` in a file. */
export function compareDTypes(a: SafetensorsDType, b: SafetensorsDType): number {
  return order.indexOf(a) - order.indexOf(b);
}

export const dtypeNames: string = /* @__PURE__ */ order.join(', ');
