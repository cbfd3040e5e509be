import { goldenBytes } from './golden.ts';

/** Float32 inputs and what the reference rounds them to, widened to float32 again. */
export interface GoldenCodec {
  readonly inputs: Float32Array<ArrayBuffer>;
  readonly rounded: Float32Array<ArrayBuffer>;
}

/**
 * Reads the golden rounding vectors of a 16-bit format (numpy and ml_dtypes, nearest-even) as float32 values.
 *
 * Reads three files; about 25,000 values: named edges, ties with their neighbours, a sample of the whole range.
 */
export function goldenCodec(format: 'float16' | 'bfloat16'): GoldenCodec {
  const short = format === 'float16' ? 'f16' : 'bf16';
  const inputs = new Float32Array(goldenBytes('codec/f32.u32').buffer);
  return { inputs, rounded: bitsToFloats(new Uint16Array(goldenBytes(`codec/f32_to_${short}.u16`).buffer), format) };
}

/** Widens 16-bit codes by the golden table (float16) or by a shift (bfloat16 is the upper half of float32). */
export function bitsToFloats(codes: Uint16Array, format: 'float16' | 'bfloat16'): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(codes.length);
  const table = format === 'float16' ? new Uint32Array(goldenBytes('codec/f16_to_f32.u32').buffer) : undefined;
  codes.forEach((code, i) => (words[i] = table === undefined ? code << 16 : (table[code] as number)));
  return new Float32Array(words.buffer);
}
