import { describe, expect, it } from 'vitest';
import { deviceSlack, factsOf, formatFacts, tolerance } from './tolerance.ts';

describe('tolerance', () => {
  it('is one unit in the last place of each format', () => {
    expect(tolerance('float16').rtol).toBe(2 ** -10);
    expect(tolerance('bfloat16').rtol).toBe(2 ** -7);
    expect(tolerance('float32').rtol).toBe(2 ** -23);
  });

  it('grows with the square root of the number of summed terms', () => {
    expect(tolerance('bfloat16', { terms: 9 }).rtol).toBe(3 * 2 ** -7);
  });

  it('ties the absolute part to the magnitude of the terms', () => {
    expect(tolerance('float16', { scale: 8 }).atol).toBe(8 * 2 ** -10 + 2 ** -25);
    expect(tolerance('float16').atol).toBe(2 ** -25);
  });

  it('agrees with the largest value and with the first that overflows', () => {
    for (const { max, overflow, epsilon } of Object.values(formatFacts)) {
      const binade = 2 ** Math.floor(Math.log2(overflow));
      expect(max).toBe((2 - epsilon) * binade);
      expect(overflow).toBe((2 - epsilon / 2) * binade);
    }
  });

  it('is wider by the slack of a device that needs it, and by nothing for others', () => {
    expect(tolerance('float32', { slack: deviceSlack.subnormals.flushed }).atol).toBe(2 ** -126 + 2 ** -150);
    expect(tolerance('float32', { slack: deviceSlack.subnormals.kept + deviceSlack.widths.alike })).toEqual(tolerance('float32'));
    expect(() => tolerance('float32', { slack: NaN })).toThrow(
      '[testing] slack must be finite and 0 or more, got NaN. Take it from deviceSlack.',
    );
  });

  it('refuses terms below 1, a negative scale and an unknown format', () => {
    expect(() => tolerance('float16', { terms: 0 })).toThrow('[testing] terms must be 1 or more, got 0.');
    expect(() => tolerance('float16', { scale: -1 })).toThrow('[testing] scale must be finite and 0 or more, got -1.');
    expect(() => factsOf('half' as 'float16')).toThrow('[testing] unknown format, got half.');
    expect(() => factsOf('toString' as 'float16')).toThrow(TypeError);
  });
});
