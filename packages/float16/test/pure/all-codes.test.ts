import { describe, expect, it } from 'vitest';
import { referenceFormat } from '../../evidence/reference.mjs';
import { decode, encode, round } from '../../src/index.ts';
import { allCodes, formatNames, mismatches } from './mismatches.ts';

describe.each(formatNames)('every code of %s', (format) => {
  const codes = allCodes(format);
  const reference = referenceFormat(format);

  it('decodes to the value of the textbook formula', () => {
    const decoded = decode(codes, format);
    const wrong = Array.from(codes).filter((code) => {
      const size = code % reference.signBit;
      const value = reference.isNaN(code) ? NaN : size === reference.infinity ? Infinity : reference.values[size]!;
      return !Object.is(decoded[code], code < reference.signBit ? value : -value);
    });
    expect(wrong).toEqual([]);
  });

  it.each(['nearest-even', 'toward-zero', 'stochastic'] as const)('comes back from decode and encode, rounding %s', (rounding) => {
    const decoded = decode(codes, format);
    for (const values of [decoded, Array.from(decoded), Float64Array.from(decoded)]) {
      expect(mismatches(encode(values, format, { rounding, seed: 3 }), codes, format)).toEqual([]);
    }
  });

  it('is left alone by round, signed zeros and infinities included', () => {
    const decoded = decode(codes, format);
    expect(new Uint32Array(round(decoded, format).buffer)).toEqual(new Uint32Array(decoded.buffer));
  });

  it('keeps its finite codes when saturating, and turns infinities into the largest value', () => {
    const back = encode(decode(codes, format), format, { overflow: 'saturate' });
    const expected = codes.map((code) => (code % reference.signBit === reference.infinity ? code - 1 : code));
    expect(mismatches(back, expected, format)).toEqual([]);
  });
});
