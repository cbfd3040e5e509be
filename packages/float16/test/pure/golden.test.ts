import { createHash } from 'node:crypto';
import { goldenBytes, goldenJson } from '@halftone/testing';
import { describe, expect, it } from 'vitest';
import { decode, encode, type Format, type Overflow } from '../../src/index.ts';
import { allCodes, mismatches } from './mismatches.ts';

const floats = new Float32Array(goldenBytes('codec/f32.u32').buffer);
const codesOf = (path: string): Uint16Array | Uint8Array => {
  const bytes = goldenBytes(path);
  return path.endsWith('.u8') ? bytes : new Uint16Array(bytes.buffer);
};

const encodings: readonly [path: string, format: Format, overflow: Overflow][] = [
  ['f32_to_f16.u16', 'float16', 'infinity'],
  ['f32_to_bf16.u16', 'bfloat16', 'infinity'],
  ['f32_to_e4m3fn.u8', 'float8_e4m3fn', 'infinity'],
  ['f32_to_e5m2.u8', 'float8_e5m2', 'infinity'],
  ['f32_to_f16_sat.u16', 'float16', 'saturate'],
  ['f32_to_e4m3fn_sat.u8', 'float8_e4m3fn', 'saturate'],
  ['f32_to_e5m2_sat.u8', 'float8_e5m2', 'saturate'],
];

describe('golden vectors of numpy and ml_dtypes', () => {
  it.each(encodings)('encode agrees with %s', (path, format, overflow) => {
    const golden = codesOf(`codec/${path}`);
    expect(golden.length).toBe(39702);
    expect(mismatches(encode(floats, format, { overflow }), golden, format)).toEqual([]);
  });

  it.each(encodings)('encode agrees with %s on a plain array and a Float64Array too', (path, format, overflow) => {
    const golden = codesOf(`codec/${path}`);
    expect(mismatches(encode(Array.from(floats), format, { overflow }), golden, format)).toEqual([]);
    expect(mismatches(encode(Float64Array.from(floats), format, { overflow }), golden, format)).toEqual([]);
  });

  it('rounds float64 once, where a detour through float32 is wrong 506 times', () => {
    const doubles = new Float64Array(goldenBytes('codec/f64.u64').buffer);
    const golden = codesOf('codec/f64_to_f16.u16');
    expect(mismatches(encode(doubles, 'float16'), golden, 'float16')).toEqual([]);
    expect(mismatches(encode(Array.from(doubles), 'float16'), golden, 'float16')).toEqual([]);
    const twice = mismatches(encode(Float32Array.from(doubles), 'float16'), golden, 'float16');
    expect(twice.length).toBe(506);
  });

  it.each([
    ['f16', 'float16'],
    ['bf16', 'bfloat16'],
    ['e4m3fn', 'float8_e4m3fn'],
    ['e5m2', 'float8_e5m2'],
  ] as const)('decodes all codes of %s to the recorded bytes', (short, format) => {
    const codes = allCodes(format);
    const decoded = decode(codes, format);
    const { decode: recorded } = goldenJson<{ decode: Record<string, { codes: number; sha256_nan_as_7fc00000: string }> }>(
      'codec/codec.json',
    );
    expect(recorded[short]!.codes).toBe(codes.length);
    expect(createHash('sha256').update(new Uint8Array(decoded.buffer)).digest('hex')).toBe(recorded[short]!.sha256_nan_as_7fc00000);
  });
});
