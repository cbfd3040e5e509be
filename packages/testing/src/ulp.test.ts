import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goldenBytes } from './golden.ts';
import { ulpDistance, ulpOf } from './ulp.ts';

/** Every positive finite float16 value in order: index = code. */
const halves = new Float32Array(goldenBytes('codec/f16_to_f32.u32').buffer).subarray(0, 0x7c00);

describe('ulpOf', () => {
  it('is the distance to the next float16 value, for all of them', () => {
    for (let code = 0; code + 1 < halves.length; code++) {
      const value = halves[code] as number;
      if (ulpOf(value, 'float16') !== (halves[code + 1] as number) - value) throw new Error(`wrong at code ${code}, value ${value}`);
    }
    expect(ulpOf(65504, 'float16')).toBe(32);
  });

  it('is exact next to a power of two, where log2 rounds', () => {
    for (let exponent = -126; exponent < 128; exponent++) {
      const below = Math.fround(2 ** exponent * (1 - 2 ** -24));
      expect(ulpOf(below, 'float32')).toBe(Math.max(2 ** (exponent - 24), 2 ** -149));
      expect(ulpOf(2 ** exponent, 'float32')).toBe(Math.max(2 ** (exponent - 23), 2 ** -149));
    }
  });

  it('stays finite for values that the format cannot hold', () => {
    expect(ulpOf(1e30, 'float16')).toBe(32);
    expect(ulpOf(1e-30, 'float16')).toBe(2 ** -24);
  });
});

describe('ulpDistance', () => {
  it('is 1 between neighbouring float32 values', () => {
    const bits = new Uint32Array(1);
    const value = new Float32Array(bits.buffer);
    const at = (code: number): number => {
      bits[0] = code;
      return value[0] as number;
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7f7ffffe }), (code) => ulpDistance(at(code + 1), at(code), 'float32') === 1),
      { seed: 16, numRuns: 2000 },
    );
  });

  it('is at most a half for a correctly rounded value', () => {
    fc.assert(
      fc.property(fc.double({ min: -3e38, max: 3e38, noNaN: true }), (x) => ulpDistance(Math.fround(x), x, 'float32') <= 0.5),
      { seed: 16, numRuns: 2000 },
    );
  });

  it('keeps NaN and infinities far from everything else', () => {
    expect(ulpDistance(NaN, Infinity, 'float16')).toBe(Infinity);
    expect(ulpDistance(Infinity, NaN, 'float16')).toBe(Infinity);
    expect(ulpDistance(Infinity, -Infinity, 'float16')).toBe(Infinity);
    expect(ulpDistance(1, NaN, 'float16')).toBe(Infinity);
    expect(ulpDistance(65504, Infinity, 'float16')).toBe(Infinity);
    expect(ulpDistance(NaN, NaN, 'float16')).toBe(0);
  });

  it('accepts an infinity exactly where the expected value rounds to it', () => {
    expect(ulpDistance(Infinity, 65520, 'float16')).toBe(0);
    expect(ulpDistance(Infinity, 65519.99, 'float16')).toBe(Infinity);
    expect(ulpDistance(-Infinity, 65520, 'float16')).toBe(Infinity);
  });
});
