import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, formats, round } from '../../src/index.ts';
import { allCodes, formatNames } from './mismatches.ts';

fc.configureGlobal({ seed: 20261122, numRuns: 2000 });

/** Float64 values of all sizes, more of them where the format lives and at its edges. */
const anyDouble = fc.oneof(
  fc.double({ noNaN: true }),
  fc.double({ noNaN: true, min: -1e5, max: 1e5 }),
  fc.double({ noNaN: true, min: -1e-4, max: 1e-4 }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -70000, max: 70000 }),
);

/** Distance between neighbours of the format around a finite magnitude up to `max`. */
function stepAt(size: number, { minNormal, mantissaBits }: { minNormal: number; mantissaBits: number }): number {
  return 2 ** (Math.floor(Math.log2(Math.max(size, minNormal))) - mantissaBits);
}

describe.each(formatNames)('%s', (format) => {
  const info = formats[format];
  const one = (value: number, options = {}): number => round([value], format, options)[0]!;

  it('rounds to within half a step', () => {
    fc.assert(
      fc.property(anyDouble, (x) => {
        fc.pre(Math.abs(x) <= info.max);
        expect(Math.abs(one(x) - x)).toBeLessThanOrEqual(stepAt(Math.abs(x), info) / 2);
      }),
    );
  });

  it('is monotone in every deterministic mode', () => {
    fc.assert(
      fc.property(anyDouble, anyDouble, fc.constantFrom('nearest-even', 'toward-zero'), (x, y, rounding) => {
        const [low, high] = [Math.min(x, y), Math.max(x, y)];
        expect(one(low, { rounding, overflow: 'saturate' })).toBeLessThanOrEqual(one(high, { rounding, overflow: 'saturate' }));
      }),
    );
  });

  it('is an odd function and idempotent', () => {
    fc.assert(
      fc.property(anyDouble, fc.constantFrom('nearest-even', 'toward-zero'), (x, rounding) => {
        const once = one(x, { rounding });
        if (Number.isNaN(once)) expect(info.hasInfinity).toBe(false);
        else expect(Object.is(one(-x, { rounding }), -once)).toBe(true);
        expect(Object.is(one(once, { rounding }), once)).toBe(true);
      }),
    );
  });

  it('never leaves the finite range when saturating, and differs from infinity only beyond it', () => {
    fc.assert(
      fc.property(anyDouble, fc.constantFrom('nearest-even', 'toward-zero', 'stochastic'), fc.integer(), (x, rounding, seed) => {
        const saturated = one(x, { rounding, overflow: 'saturate', seed });
        expect(Math.abs(saturated)).toBeLessThanOrEqual(info.max);
        const open = one(x, { rounding, seed });
        expect(Number.isFinite(open) ? saturated : Math.abs(saturated)).toBe(Number.isFinite(open) ? open : info.max);
      }),
    );
  });

  it('rounding toward zero never gains magnitude, loses less than a step and never overflows', () => {
    fc.assert(
      fc.property(anyDouble, (x) => {
        fc.pre(Number.isFinite(x));
        const cut = one(x, { rounding: 'toward-zero' });
        expect(Math.abs(cut)).toBeLessThanOrEqual(Math.abs(x));
        if (Math.abs(x) <= info.max) expect(Math.abs(x) - Math.abs(cut)).toBeLessThan(stepAt(Math.abs(x), info));
        else expect(Math.abs(cut)).toBe(info.max);
        expect(Object.is(Math.sign(cut), Math.sign(x)) || cut === 0).toBe(true);
      }),
    );
  });

  it('gives the same codes for a Float32Array, a Float64Array and a plain array of the same numbers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float(), { maxLength: 40 }),
        fc.constantFrom('nearest-even', 'toward-zero', 'stochastic'),
        fc.constantFrom('infinity', 'saturate'),
        (numbers, rounding, overflow) => {
          const floats = Float32Array.from(numbers);
          const expected = encode(floats, format, { rounding, overflow, seed: 5 });
          expect(encode(Array.from(floats), format, { rounding, overflow, seed: 5 })).toEqual(expected);
          expect(encode(Float64Array.from(floats), format, { rounding, overflow, seed: 5 })).toEqual(expected);
          expect(decode(expected, format)).toEqual(round(floats, format, { rounding, overflow, seed: 5 }));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('breaks ties between neighbours to the even code, also for float64 a hair off the tie', () => {
    const codes = allCodes(format).slice(0, info.maxCode);
    const values = decode(codes, format);
    const wrong = Array.from(codes).filter((code) => {
      const low = values[code]!;
      const high = code + 1 === info.maxCode ? info.max : (values[code + 1] ?? info.max);
      const tie = (low + high) / 2;
      const hair = tie * 2 ** -52;
      const [below, on, above] = encode([tie - hair, tie, tie + hair], format);
      return below !== code || above !== code + 1 || on !== code + (code % 2);
    });
    expect(wrong).toEqual([]);
  });
});
