import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitLine, pairedRatio, quantile, spreadOf } from '../../src/statistics.ts';

const times = fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1, maxLength: 30 });

describe('quantile', () => {
  test('is the middle of an odd number of values and the mean of the two middle ones of an even number', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  });

  test('does not depend on the order of the values and leaves them as they are', () => {
    fc.assert(
      fc.property(times, fc.double({ min: 0, max: 1, noNaN: true }), (values, part) => {
        const before = [...values];
        expect(quantile(values, part)).toBe(quantile([...values].reverse(), part));
        expect(values).toEqual(before);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test('stays between the least and the greatest value and grows with its part', () => {
    fc.assert(
      fc.property(times, (values) => {
        const { p10, median, p90 } = spreadOf(values);
        expect(Math.min(...values)).toBeLessThanOrEqual(p10);
        expect(p10).toBeLessThanOrEqual(median);
        expect(median).toBeLessThanOrEqual(p90);
        expect(p90).toBeLessThanOrEqual(Math.max(...values));
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test('refuses no values and says what to do', () => {
    expect(() => quantile([], 0.5)).toThrow(/^\[bench\] .*Time one step or more\.$/);
  });
});

describe('pairedRatio', () => {
  test('is not moved by noise that slows both halves of a pair', () => {
    expect(pairedRatio([10, 100, 30], [20, 200, 60])).toEqual({ median: 0.5, p10: 0.5, p90: 0.5 });
  });

  test('refuses lists of different lengths', () => {
    expect(() => pairedRatio([1], [1, 2])).toThrow(/got 1 and 2\. Time both in turn\.$/);
  });
});

describe('fitLine', () => {
  test('finds the line that made the points', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), (slope, intercept) => {
        const fit = fitLine([1, 2, 4, 8].map((x) => ({ x, y: slope * x + intercept })));
        expect(fit.slope).toBeCloseTo(slope, 9);
        expect(fit.intercept).toBeCloseTo(intercept, 9);
        expect(fit.r2).toBeCloseTo(1, 9);
      }),
      { seed: 3, numRuns: 50 },
    );
  });

  test('says how little a line explains of a square', () => {
    expect(fitLine([1, 2, 4, 8].map((x) => ({ x, y: x * x }))).r2).toBeLessThan(0.97);
  });

  test('refuses points of one x', () => {
    expect(() =>
      fitLine([
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ]),
    ).toThrow(/Measure more sizes\.$/);
  });
});
