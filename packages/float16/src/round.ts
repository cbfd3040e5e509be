import { eachChunk } from './float32-words.ts';
import { type Format, formatInfo } from './format.ts';
import { checkNumeric } from './numeric-array.ts';
import { outputArray } from './output-array.ts';
import { pack } from './pack.ts';
import { type RoundingOptions, roundingPlan } from './rounding.ts';
import { unpack } from './unpack.ts';

/** Options of {@link round}. */
export interface RoundOptions<Out = Float32Array> extends RoundingOptions {
  /** Written and returned instead of a new array: same length as the input; a Float32Array may be rounded in place. */
  readonly out?: Out | undefined;
}

/**
 * Rounds numbers to the nearest values that a narrow format has, and leaves them in float32.
 *
 * This is what storing in the format and loading back would do; it shows what a computation in half precision sees
 * without changing the type of anything. Equal to `decode(encode(values))`, bit for bit.
 *
 * Pure and synchronous, except that `out` is written. Allocates the result unless `out` is given, and 60 KB of scratch at most. About 6 ns a value.
 *
 * @param values - a typed array or an array of numbers; changed only if it is `out` too
 * @param format - `'float16'`, `'bfloat16'`, `'float8_e4m3fn'` or `'float8_e5m2'`
 * @param options - `rounding` `'nearest-even'`, `overflow` `'infinity'`, `seed` 0 unless set
 * @returns a Float32Array owned by the caller, or `out`
 * @throws as {@link encode}; `out` may be `values` itself but not another view that overlaps it
 *
 * @example
 * round([0.1, 2049, 1e5], 'float16'); // Float32Array [0.0999755859375, 2048, Infinity]
 * round([1e5], 'float16', { overflow: 'saturate' }); // Float32Array [65504]
 */
export function round<Out extends Float32Array = Float32Array<ArrayBuffer>>(
  values: ArrayLike<number>,
  format: Format,
  options?: RoundOptions<Out>,
): Out;
export function round(values: ArrayLike<number>, format: Format, options: RoundOptions = {}): Float32Array {
  const info = formatInfo(format);
  checkNumeric(values);
  const plan = roundingPlan(info, options);
  const out = outputArray<Float32Array>(Float32Array, values, options.out);
  let codes: Uint16Array | undefined; // made for the first chunk, which is the longest
  eachChunk(values, info, plan, (words, start) => {
    codes ??= new Uint16Array(words.length);
    pack(words, info, plan.overflowCode, codes);
    unpack(codes, info, new Uint32Array(out.buffer, out.byteOffset + 4 * start, words.length));
  });
  return out;
}
