import { eachChunk } from './float32-words.ts';
import { type Codes, type Format, type FormatInfo, formatInfo } from './format.ts';
import { encodeNatively } from './native-float16.ts';
import { checkNumeric, typedArrayName } from './numeric-array.ts';
import { codeClass, outputArray } from './output-array.ts';
import { pack } from './pack.ts';
import { type RoundingOptions, type RoundingPlan, roundingPlan } from './rounding.ts';

/** Options of {@link encode}. */
export interface EncodeOptions<Out = Uint16Array | Uint8Array> extends RoundingOptions {
  /** Written and returned instead of a new array: same length as the input, not overlapping it; partly written if a value is refused. */
  readonly out?: Out | undefined;
}

const NATIVE_FROM = 256; // values from which the platform's conversion outweighs its set-up

/**
 * Encodes numbers as codes of a narrow format.
 *
 * Files, GPU buffers and networks hold halves as raw bit patterns. Each value is rounded once, straight from the precision
 * in which it arrives: a detour through float32 rounds twice and can miss the nearest code.
 *
 * Pure and synchronous. Allocates the result unless `out` is given, and 50 KB of scratch at most. About 4 ns a value from
 * float32, 8 ns from float64 (4 ns where the platform has a native Float16Array), 30 ns stochastic.
 *
 * @param values - a typed array or an array of numbers; never changed
 * @param format - `'float16'`, `'bfloat16'`, `'float8_e4m3fn'` or `'float8_e5m2'`
 * @param options - `rounding` `'nearest-even'`, `overflow` `'infinity'`, `seed` 0 unless set
 * @returns a Uint16Array of 16-bit codes or a Uint8Array of 8-bit codes, owned by the caller; `out` itself where it was given.
 * Every NaN becomes the one code `formats[format].nanCode`, without sign or payload.
 * @throws TypeError if `values` holds anything but numbers or `out` is of another class; RangeError for an unknown name, a
 * seed that is no integer, and an `out` of another length or on the same bytes as `values`
 *
 * @example
 * encode([1, -2, 65519.99, 65520], 'float16'); // Uint16Array [0x3c00, 0xc000, 0x7bff, 0x7c00]
 * encode([1e6], 'float8_e4m3fn', { overflow: 'saturate' }); // Uint8Array [0x7e]
 * encode([0.3], 'bfloat16', { rounding: 'toward-zero' }); // Uint16Array [0x3e99]
 */
export function encode<F extends Format, Out extends Codes<F> = Codes<F, ArrayBuffer>>(
  values: ArrayLike<number>,
  format: F,
  options?: EncodeOptions<Out>,
): Out;
export function encode(values: ArrayLike<number>, format: Format, options: EncodeOptions = {}): Uint16Array | Uint8Array {
  const info = formatInfo(format);
  checkNumeric(values);
  const plan = roundingPlan(info, options);
  const out = outputArray(codeClass(info.bits), values, options.out);
  if (isNativeWork(values, info, plan) && encodeNatively(values, out as Uint16Array)) return out;
  eachChunk(values, info, plan, (words, start) => pack(words, info, plan.overflowCode, out.subarray(start, start + words.length)));
  return out;
}

/**
 * Whether the platform's Float16Array does the same work faster: from float64 and integers it does (2.5 times in V8 13). From
 * float32 our integer loop takes the same 4 ns whatever the values, V8's conversion 3 to 7 depending on how many are zero.
 */
function isNativeWork(values: ArrayLike<number>, info: FormatInfo, plan: RoundingPlan): boolean {
  const sameMeaning = info.name === 'float16' && plan.rounding === 'nearest-even' && plan.overflowCode === info.infinityCode;
  return sameMeaning && values.length >= NATIVE_FROM && ArrayBuffer.isView(values) && typedArrayName(values) !== 'Float32Array';
}
