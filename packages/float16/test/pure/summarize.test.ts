import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode, formats, round, summarize } from '../../src/index.ts';
import { formatNames } from './mismatches.ts';

describe('summarize', () => {
  it('counts what float16 cannot hold', () => {
    const values = [1, -65520, 1e9, 65519.99, 2 ** -25, -(2 ** -26), 2 ** -24, 1e-5, 0, -0, NaN, Infinity, -Infinity];
    expect(summarize(values, 'float16')).toEqual({
      count: 13,
      nan: 1,
      infinite: 2,
      overflow: 2,
      underflow: 2,
      subnormal: 2,
      maxAbs: 1e9,
      minAbsNonZero: 2 ** -26,
    });
  });

  it('speaks of no magnitude where there is none', () => {
    const nothing = { count: 0, nan: 0, infinite: 0, overflow: 0, underflow: 0, subnormal: 0, maxAbs: 0, minAbsNonZero: 0 };
    expect(summarize([], 'float16')).toEqual(nothing);
    expect(summarize([0, NaN, -Infinity], 'bfloat16')).toEqual({ ...nothing, count: 3, nan: 1, infinite: 1 });
  });

  it.each(formatNames)('agrees with what encoding to %s does, value by value and at every edge', (format) => {
    const { max, minNormal, minSubnormal, maxCode, mantissaBits } = formats[format];
    const edges = [
      max,
      minNormal,
      minSubnormal,
      minSubnormal / 2,
      minNormal - minSubnormal / 2,
      max * (1 + 2 ** -mantissaBits / 4),
      464,
      65520,
    ];
    const edge = fc.constantFrom(...edges).chain((x) => fc.constantFrom(x, -x, x * (1 + 2 ** -52), x * (1 - 2 ** -53), x * 2, x / 2));
    const values = fc.array(fc.oneof(edge, fc.double(), fc.float(), fc.double({ min: -1e-4, max: 1e-4 })), { maxLength: 50 });
    fc.assert(
      fc.property(values, (xs) => {
        const codes = Array.from(encode(xs, format), (code) => code & (2 ** (formats[format].bits - 1) - 1));
        const rounded = round(xs, format);
        const finite = xs.map((x) => Number.isFinite(x));
        const count = (test: (x: number, i: number) => boolean): number => xs.filter(test).length;
        const sizes = xs.filter((x) => Number.isFinite(x)).map(Math.abs);
        const nonZero = sizes.filter((x) => x > 0);
        expect(summarize(xs, format)).toEqual({
          count: xs.length,
          nan: count((x) => Number.isNaN(x)),
          infinite: count((x) => Math.abs(x) === Infinity),
          overflow: count((_, i) => finite[i]! && codes[i]! > maxCode),
          underflow: count((x, i) => x !== 0 && rounded[i] === 0),
          subnormal: count((_, i) => codes[i]! > 0 && codes[i]! < 1 << mantissaBits),
          maxAbs: Math.max(0, ...sizes),
          minAbsNonZero: nonZero.length > 0 ? Math.min(...nonZero) : 0,
        });
      }),
      { seed: 20261122, numRuns: 2000 },
    );
  });

  it('gives the same for every kind of array, over many chunks', () => {
    const floats = Float32Array.from({ length: 20_000 }, (_, i) => Math.sin(i) * 10 ** ((i % 25) - 12));
    const summary = summarize(floats, 'float16');
    expect(summary.count).toBe(20_000);
    expect(summary.overflow).toBeGreaterThan(1000);
    expect(summarize(Array.from(floats), 'float16')).toEqual(summary);
    expect(summarize(Float64Array.from(floats), 'float16')).toEqual(summary);
  });
});
