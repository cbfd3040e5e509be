import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { decode, encode, round, summarize } from '../../src/index.ts';

describe('encode', () => {
  it('takes any array of numbers', () => {
    const expected = encode([0, 1, 2, 3], 'float16');
    const { Float32Array: OtherRealm } = runInNewContext('({ Float32Array })') as { Float32Array: Float32ArrayConstructor };
    const inputs: ArrayLike<number>[] = [
      new Float32Array([0, 1, 2, 3]),
      new Float64Array([0, 1, 2, 3]),
      new Int32Array([0, 1, 2, 3]),
      new Uint8ClampedArray([0, 1, 2, 3]),
      new Int8Array([9, 0, 1, 2, 3]).subarray(1),
      { length: 4, 0: 0, 1: 1, 2: 2, 3: 3 },
      new OtherRealm([0, 1, 2, 3]),
    ];
    for (const input of inputs) expect(encode(input, 'float16')).toEqual(expected);
  });

  it('takes nothing for an answer', () => {
    expect(encode([], 'float16')).toEqual(new Uint16Array(0));
    expect(encode(new Float32Array(0), 'float8_e5m2')).toEqual(new Uint8Array(0));
    expect(decode(new Uint16Array(0), 'bfloat16')).toEqual(new Float32Array(0));
    expect(round([], 'float16', { rounding: 'stochastic' })).toEqual(new Float32Array(0));
  });

  it('leaves its input as it was', () => {
    const values = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 1e5);
    const copy = values.slice();
    for (const rounding of ['nearest-even', 'toward-zero', 'stochastic'] as const) encode(values, 'float16', { rounding });
    summarize(values, 'float16');
    expect(values).toEqual(copy);
  });

  it('gives one long array the codes of its pieces, over the seams of its chunks', () => {
    const values = Float64Array.from({ length: 10_001 }, (_, i) => Math.sin(i) * 10 ** ((i % 17) - 8));
    for (const rounding of ['nearest-even', 'toward-zero'] as const) {
      const whole = encode(values, 'float16', { rounding });
      const pieces = Array.from(values, (x) => encode([x], 'float16', { rounding })[0]!);
      expect(Array.from(whole)).toEqual(pieces);
    }
  });

  it('reads a Float32Array view that begins inside its buffer', () => {
    const values = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    for (const rounding of ['nearest-even', 'toward-zero', 'stochastic'] as const) {
      expect(encode(values, 'float16', { rounding })).toEqual(new Uint16Array([0x3c00, 0x4000]));
    }
  });

  it('knows the edges of float16', () => {
    const cases: [value: number, code: number][] = [
      [0, 0x0000],
      [-0, 0x8000],
      [2 ** -24, 0x0001],
      [2 ** -25, 0x0000],
      [2 ** -25 * (1 + 2 ** -52), 0x0001],
      [-(2 ** -25), 0x8000],
      [2 ** -14, 0x0400],
      [2 ** -14 - 2 ** -25, 0x0400],
      [65504, 0x7bff],
      [65519.999999999985, 0x7bff],
      [65520, 0x7c00],
      [-65520, 0xfc00],
      [1 + 2 ** -11, 0x3c00],
      [1 + 2 ** -11 + 2 ** -40, 0x3c01],
      [1 + 3 * 2 ** -11, 0x3c02],
      [1e300, 0x7c00],
      [-1e300, 0xfc00],
      [5e-324, 0x0000],
      [-5e-324, 0x8000],
      [NaN, 0x7e00],
      [Infinity, 0x7c00],
    ];
    for (const [value, code] of cases) expect(encode([value], 'float16')[0], String(value)).toBe(code);
  });

  it('sends what float8_e4m3fn cannot hold to its NaN, or to 448 when saturating', () => {
    expect(encode([464, 464.0000001, -1e9, Infinity, NaN], 'float8_e4m3fn')).toEqual(new Uint8Array([0x7e, 0x7f, 0x7f, 0x7f, 0x7f]));
    expect(encode([465, -1e9, Infinity, -Infinity, NaN], 'float8_e4m3fn', { overflow: 'saturate' })).toEqual(
      new Uint8Array([0x7e, 0xfe, 0x7e, 0xfe, 0x7f]),
    );
  });
});

describe('out', () => {
  it('is filled and returned, also as a view inside a larger array', () => {
    const codes = new Uint16Array(4);
    const view = codes.subarray(1, 3);
    expect(encode([1, 2], 'float16', { out: view })).toBe(view);
    expect(codes).toEqual(new Uint16Array([0, 0x3c00, 0x4000, 0]));
    const floats = new Float32Array(4);
    const inner = floats.subarray(1, 3);
    expect(decode(view, 'float16', { out: inner })).toBe(inner);
    expect(floats).toEqual(new Float32Array([0, 1, 2, 0]));
    const bytes = new Uint8Array(2);
    expect(encode([1, 2], 'float8_e5m2', { out: bytes })).toBe(bytes);
  });

  it('may be on the same buffer where the bytes differ', () => {
    const { buffer } = new Float32Array([1, 2, 0]);
    const codes = encode(new Float32Array(buffer, 0, 2), 'float16', { out: new Uint16Array(buffer, 8, 2) });
    expect(codes).toEqual(new Uint16Array([0x3c00, 0x4000]));
  });

  it('may be the input of round, in every mode', () => {
    for (const rounding of ['nearest-even', 'toward-zero', 'stochastic'] as const) {
      const values = Float32Array.from({ length: 9000 }, (_, i) => Math.cos(i));
      const expected = round(values, 'bfloat16', { rounding });
      expect(round(values, 'bfloat16', { rounding, out: values })).toBe(values);
      expect(values).toEqual(expected);
    }
  });

  it('takes shared memory', () => {
    const shared = new Uint16Array(new SharedArrayBuffer(4));
    expect(Array.from(encode([1, 2], 'float16', { out: shared }))).toEqual([0x3c00, 0x4000]);
  });
});
