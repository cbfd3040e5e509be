import { type Codes, type Format, formatInfo } from './format.ts';
import { message } from './message.ts';
import { typedArrayName } from './numeric-array.ts';
import { codeClass, outputArray } from './output-array.ts';
import { unpack } from './unpack.ts';

/** Options of {@link decode}. */
export interface DecodeOptions<Out = Float32Array> {
  /** Written and returned instead of a new array: same length as the codes, not overlapping them. */
  readonly out?: Out | undefined;
}

/**
 * Decodes codes of a narrow format to float32.
 *
 * Every value of these formats is a float32, so nothing is rounded: `encode(decode(codes))` gives the codes back, NaNs as
 * one canonical code.
 *
 * Pure and synchronous. Allocates the result unless `out` is given, and once per 16-bit format a table of 256 KiB. About
 * 1.5 ns a value: looking up beats the native Float16Array, which is therefore not used here.
 *
 * @param bits - the codes: a Uint16Array for the 16-bit formats, a Uint8Array for float8; bytes of a file go through {@link fromBytes}
 * @param format - `'float16'`, `'bfloat16'`, `'float8_e4m3fn'` or `'float8_e5m2'`
 * @param options - `out` to write into an existing array
 * @returns a Float32Array owned by the caller, or `out`; every NaN has the bits 0x7fc00000
 * @throws TypeError if `bits` or `out` is of another class; RangeError for an unknown format and an `out` of another length or
 * on the same bytes as `bits`
 *
 * @example
 * decode(new Uint16Array([0x3c00, 0x7bff]), 'float16'); // Float32Array [1, 65504]
 * decode(new Uint8Array([0x7e, 0x7f]), 'float8_e4m3fn'); // Float32Array [448, NaN]
 */
export function decode<F extends Format, Out extends Float32Array = Float32Array<ArrayBuffer>>(
  bits: Codes<F>,
  format: F,
  options?: DecodeOptions<Out>,
): Out;
export function decode(bits: Uint16Array | Uint8Array, format: Format, options: DecodeOptions = {}): Float32Array {
  const info = formatInfo(format);
  const wanted = codeClass(info.bits).name;
  if (typedArrayName(bits) !== wanted) {
    throw new TypeError(message(`bits of ${format} must be a ${wanted}`, bits, 'Raw bytes go through fromBytes() first.'));
  }
  const out = outputArray<Float32Array>(Float32Array, bits, options.out);
  unpack(bits, info, new Uint32Array(out.buffer, out.byteOffset, out.length));
  return out;
}
