import { expect } from 'vitest';
import { type BitOptions, compareBits, compareClose, compareUlps, type Numbers } from './compare.ts';
import type { CompareFormat, ToleranceOptions } from './tolerance.ts';

export type { BitOptions, Numbers } from './compare.ts';
export type { CompareFormat, ToleranceOptions } from './tolerance.ts';

/** The matchers that `import '@halftone/testing/matchers'` adds to vitest's `expect`. */
export interface NumberMatchers {
  /**
   * Passes when both sides hold the same values bit for bit: 0 is not -0, every NaN equals every NaN unless `nan: 'exact'`.
   *
   * @example
   * expect(Float32Array.of(1, NaN)).toBeBitEqual([1, NaN]);
   */
  toBeBitEqual(expected: Numbers, options?: BitOptions): void;
  /**
   * Passes when each value is at most `ulps` units in the last place from the expected one; 0.5 means correctly rounded.
   *
   * @example
   * expect([1.0009765625]).toBeWithinUlps([1], 1, 'float16');
   */
  toBeWithinUlps(expected: Numbers, ulps: number, format: CompareFormat): void;
  /**
   * Passes when each value is as close as the tolerance table allows for values of a format that are sums of `terms` products.
   *
   * For `terms` above 1 the absolute part is tied to the largest finite expected magnitude unless `scale` is given, as a
   * sum that cancels keeps the error of its terms; for 1 it is half of the smallest subnormal value of the format.
   *
   * @example
   * expect([99.9]).toBeCloseInFormat([100], 'float16', { terms: 4 });
   */
  toBeCloseInFormat(expected: Numbers, format: CompareFormat, options?: ToleranceOptions): void;
}

declare module 'vitest' {
  interface Matchers<T> extends NumberMatchers {}
}

expect.extend({
  toBeBitEqual: (actual: Numbers, expected: Numbers, options?: BitOptions) => compareBits(actual, expected, options),
  toBeWithinUlps: (actual: Numbers, expected: Numbers, ulps: number, format: CompareFormat) => compareUlps(actual, expected, ulps, format),
  toBeCloseInFormat: (actual: Numbers, expected: Numbers, format: CompareFormat, options?: ToleranceOptions) =>
    compareClose(actual, expected, format, options),
});
