import { describe, expect, it } from 'vitest';
import { referenceFormat, walkAscending } from '../../evidence/reference.mjs';
import { encode, formats, type Overflow, round, type Rounding } from '../../src/index.ts';
import { formatNames } from './mismatches.ts';

/** For each float32 exponent the edges of its mantissas and random ones, ascending; the sign is added later. */
function sampleMagnitudes(perExponent: number): Uint32Array {
  let state = 0x9e3779b9;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 9;
  };
  const edges = new Set<number>();
  for (let bit = 0; bit <= 23; bit++) {
    for (let near = -2; near <= 2; near++) {
      edges.add(((1 << bit) + near) & 0x7fffff); // lone bits and their neighbours: exact values of some format
      edges.add((0x800000 - (1 << bit) + near) & 0x7fffff); // ones down to a bit: the largest codes and their ties
      edges.add(((1 << bit) + ((1 << bit) >> 1) + near) & 0x7fffff);
    }
  }
  const words = new Uint32Array(256 * perExponent);
  for (let exponent = 0, at = 0; exponent < 256; exponent++) {
    const mantissas = new Set(edges);
    while (mantissas.size < perExponent) mantissas.add(random());
    for (const mantissa of [...mantissas].sort((a, b) => a - b)) words[at++] = (exponent << 23) | mantissa;
  }
  return words;
}

describe('a sample of all float32 inputs: each exponent with its edges and 8,000 mantissas, both signs', () => {
  const magnitudes = sampleMagnitudes(8000);
  const numbers = magnitudes.filter((word) => word <= 0x7f800000);
  const sizes = new Float32Array(numbers.buffer);

  it.each(formatNames)(
    '%s agrees with the reference in every mode',
    (format) => {
      const reference = referenceFormat(format);
      const { last, infinity, values, signBit } = reference;
      const nearest = new Int32Array(sizes.length);
      const lower = new Int32Array(sizes.length);
      walkAscending(reference, sizes, nearest, lower);
      for (const sign of [1, -1]) {
        const signed = sizes.map((size) => sign * size);
        const check = (rounding: Rounding, overflow: Overflow, expected: (i: number) => number): void => {
          const codes = encode(signed, format, { rounding, overflow });
          let wrong = 0;
          for (let i = 0; i < codes.length; i++) {
            const index = expected(i);
            const right = index === -1 ? reference.isNaN(codes[i]!) : codes[i] === index + (sign < 0 ? signBit : 0);
            if (!right) wrong++;
          }
          expect(wrong, `${rounding} ${overflow} ${sign}`).toBe(0);
        };
        const beyond = infinity ?? -1;
        check('nearest-even', 'infinity', (i) => (nearest[i]! > last ? beyond : nearest[i]!));
        check('nearest-even', 'saturate', (i) => Math.min(nearest[i]!, last));
        check('toward-zero', 'infinity', (i) => (sizes[i] === Infinity ? beyond : lower[i]!));
        check('toward-zero', 'saturate', (i) => lower[i]!);

        const rounded = round(signed, format);
        let wrong = 0;
        for (let i = 0; i < rounded.length; i++) {
          const size = nearest[i]! <= last ? values[nearest[i]!]! : infinity === null ? NaN : Infinity;
          if (!Object.is(rounded[i], sign * size)) wrong++;
        }
        expect(wrong, `round ${sign}`).toBe(0);
      }
    },
    30_000,
  );

  it.each(formatNames)('%s keeps every NaN pattern a NaN in every mode', (format) => {
    const { nanCode } = formats[format];
    const words = magnitudes.filter((word) => word > 0x7f800000);
    expect(words.length).toBeGreaterThan(7000);
    for (const sign of [0, 0x80000000]) {
      const nans = new Float32Array(words.map((word) => word | sign).buffer);
      for (const rounding of ['nearest-even', 'toward-zero', 'stochastic'] as const) {
        for (const overflow of ['infinity', 'saturate'] as const) {
          expect(new Set(encode(nans, format, { rounding, overflow }))).toEqual(new Set([nanCode]));
        }
      }
      expect(new Set(new Uint32Array(round(nans, format).buffer))).toEqual(new Set([0x7fc00000]));
    }
  });
});
