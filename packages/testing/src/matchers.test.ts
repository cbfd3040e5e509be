import { describe, expect, it } from 'vitest';
import './matchers.ts';

const f32 = (...values: number[]): Float32Array => Float32Array.of(...values);
const bits = (...codes: number[]): Float32Array => new Float32Array(Uint32Array.of(...codes).buffer);

describe('toBeBitEqual', () => {
  it('passes for the same values, every NaN and both zeros', () => {
    expect(f32(0, -0, NaN, Infinity, 1.5)).toBeBitEqual([0, -0, NaN, Infinity, 1.5]);
    expect(bits(0x7fc00000)).toBeBitEqual(bits(0xffc00001));
    expect(1.5).toBeBitEqual(1.5);
  });

  it.each([
    ['0 and -0', f32(0), f32(-0)],
    ['NaN and Infinity', f32(NaN), f32(Infinity)],
    ['Infinity and -Infinity', f32(Infinity), f32(-Infinity)],
    ['6e-8 and 0', f32(6e-8), f32(0)],
    ['neighbouring float32 values', bits(0x3f800000), bits(0x3f800001)],
    ['a float32 and the double it came from', f32(0.1), [0.1]],
    ['other lengths', f32(1, 2), f32(1)],
    ['nothing and something', f32(), f32(0)],
    ['other element types', f32(1), Uint32Array.of(1)],
  ])('fails for %s', (_name, actual, expected) => {
    expect(actual).not.toBeBitEqual(expected);
    expect(() => expect(actual).toBeBitEqual(expected)).toThrow();
  });

  it('tells NaN payloads apart when asked, and refuses where there are none', () => {
    expect(bits(0x7fc00000, 0x3f800000)).toBeBitEqual(bits(0x7fc00000, 0x3f800000), { nan: 'exact' });
    expect(bits(0x7fc00000)).not.toBeBitEqual(bits(0x7fc00001), { nan: 'exact' });
    expect(bits(0, 0x7fc00000).subarray(1)).not.toBeBitEqual(bits(0, 0xffc00000).subarray(1), { nan: 'exact' });
    expect(() => expect([NaN]).toBeBitEqual([NaN], { nan: 'exact' })).toThrow(
      "[testing] nan: 'exact' needs float arrays on both sides, got Array.",
    );
  });

  it('says index, both values and the distance, at most five times', () => {
    expect(() => expect(f32(1, -0)).toBeBitEqual(f32(1, 0))).toThrow('[1] actual -0, expected 0: signs of zero differ');
    expect(() => expect(bits(0x3f800003)).toBeBitEqual(f32(1))).toThrow('[0] actual 1.0000003576278687, expected 1: 3 float32 ulps');
    expect(() => expect(new Float32Array(9)).toBeBitEqual(new Float32Array(9).fill(1))).toThrow(/9 of 9 are not[^]*\[4\][^]*and 4 more/);
    expect(() => expect(f32(0.1)).toBeBitEqual([0.1])).toThrow('wrap it in Float32Array.of()');
  });

  it('fails when .not meets equal values', () => {
    expect(() => expect(f32(1)).not.toBeBitEqual([1])).toThrow('expected values not to be bit-equal, but all 1 are');
  });

  it('refuses what holds no numbers', () => {
    expect(() => expect('1').toBeBitEqual([1])).toThrow('[testing] values must be a typed array, an array of numbers or a number, got 1.');
    expect(() => expect(null).toBeBitEqual([1])).toThrow(TypeError);
    expect(() => expect(['1']).toBeBitEqual([1])).toThrow(TypeError);
  });
});

describe('toBeWithinUlps', () => {
  it('passes up to the allowance and not beyond', () => {
    expect([1 + 2 ** -10]).toBeWithinUlps([1], 1, 'float16');
    expect([1 + 2 ** -10]).not.toBeWithinUlps([1], 0.99, 'float16');
    expect([1 + 2 ** -7]).toBeWithinUlps([1], 1, 'bfloat16');
    expect([1 + 2 ** -7]).not.toBeWithinUlps([1], 1, 'float16');
    expect([0]).toBeWithinUlps([-0], 0, 'float32');
  });

  it.each([
    ['NaN and Infinity', NaN, Infinity],
    ['Infinity and NaN', Infinity, NaN],
    ['Infinity and -Infinity', Infinity, -Infinity],
    ['an overflow of a finite value', Infinity, 65504],
    ['the largest value for an infinity', 65504, Infinity],
    ['NaN for a number', NaN, 0],
  ])('fails for %s under any allowance', (_name, actual, expected) => {
    expect([actual]).not.toBeWithinUlps([expected], 1e9, 'float16');
  });

  it('fails for 6e-8 and 0 in float32, and for half a unit in float16', () => {
    expect([6e-8]).not.toBeWithinUlps([0], 1000, 'float32');
    expect([6e-8]).not.toBeWithinUlps([0], 0.5, 'float16');
  });

  it('says index, both values and the distance', () => {
    expect(() => expect([1, 1.25]).toBeWithinUlps([1, 1], 2, 'float16')).toThrow('[1] actual 1.25, expected 1: 256 ulps');
  });

  it('refuses a negative allowance and an unknown format', () => {
    expect(() => expect([1]).toBeWithinUlps([1], -1, 'float16')).toThrow('[testing] ulps must be finite and 0 or more, got -1.');
    expect(() => expect([1]).toBeWithinUlps([1], 1, 'float8' as 'float16')).toThrow('[testing] unknown format, got float8.');
  });
});

describe('toBeCloseInFormat', () => {
  it('passes one rounding off and fails two units off', () => {
    expect([1000.5, 1e-3]).toBeCloseInFormat([1000, 1.0005e-3], 'float16');
    expect([1002]).not.toBeCloseInFormat([1000], 'float16');
    expect([1002]).toBeCloseInFormat([1000], 'bfloat16');
    expect([1000.01]).not.toBeCloseInFormat([1000], 'float32');
  });

  it.each([
    ['NaN and Infinity', NaN, Infinity],
    ['Infinity and -Infinity', Infinity, -Infinity],
    ['Infinity and a finite value', Infinity, 65504],
    ['a finite value and Infinity', 65504, Infinity],
    ['6e-8 and 0', 6e-8, 0],
    ['0 and 1e-4', 0, 1e-4],
    ['NaN and 0', NaN, 0],
  ])('fails for %s', (_name, actual, expected) => {
    expect([actual]).not.toBeCloseInFormat([expected], 'float16');
    expect([actual, 1]).not.toBeCloseInFormat([expected, 1], 'float16');
  });

  it('accepts an underflow and an overflow that correct rounding makes', () => {
    expect([0]).toBeCloseInFormat([2 ** -25], 'float16');
    expect([Infinity]).toBeCloseInFormat([70000], 'float16');
  });

  it('widens with the square root of the terms and allows what cancels in a sum', () => {
    expect([1003.5]).not.toBeCloseInFormat([1000], 'float16');
    expect([1003.5]).toBeCloseInFormat([1000], 'float16', { terms: 16 });
    expect([1000, 0.5]).not.toBeCloseInFormat([1000, 0], 'float16');
    expect([1000, 0.5]).toBeCloseInFormat([1000, 0], 'float16', { terms: 16 });
    expect([1000, 0.5]).not.toBeCloseInFormat([1000, 0], 'float16', { terms: 16, scale: 1 });
    expect([1e-4]).toBeCloseInFormat([0], 'float16', { scale: 1 });
  });

  it('says the allowance beside the difference', () => {
    expect(() => expect([2]).toBeCloseInFormat([1], 'float16')).toThrow(/\[0\] actual 2, expected 1: 1024 ulps, off by 1, allowed 0\.0009/);
  });
});
