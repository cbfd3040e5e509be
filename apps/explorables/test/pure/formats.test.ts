import { decode, encode } from '@halftone/float16';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitsOf, codeFromHex, decodeCode, encodeNumber, flipBit, hexOf, neighbour } from '../../src/formats/code.ts';
import { numberFormats } from '../../src/formats/number-format.ts';
import { parseNumber } from '../../src/formats/parse-number.ts';
import { exponentOf, place, spacingAt } from '../../src/formats/placing.ts';
import { position, windows } from '../../src/formats/range-chart.ts';
import { errorWords, formula, summary } from '../../src/formats/words.ts';

const seed = 20261123;
const [float32, float16, bfloat16, e4m3fn, e5m2] = numberFormats as [
  (typeof numberFormats)[0],
  (typeof numberFormats)[0],
  (typeof numberFormats)[0],
  (typeof numberFormats)[0],
  (typeof numberFormats)[0],
];

describe.each(numberFormats)('codes of $name', (format) => {
  const anyCode = fc.integer({ min: 0, max: 2 ** format.bits - 1 });

  test('a number that the format has comes back from its code', () => {
    const comesBack = (code: number): boolean => {
      const value = decodeCode(code, format);
      return Number.isNaN(value) || encodeNumber(value, format) === code;
    };
    fc.assert(fc.property(anyCode, comesBack), { seed });
  });

  test('a bit turned over twice is as it was, and changes the written bits at its place', () => {
    fc.assert(
      fc.property(anyCode, fc.nat(format.bits - 1), (code, bit) => {
        const flipped = flipBit(code, bit);
        const differing = bitsOf(code, format)
          .split('')
          .flatMap((sign, i) => (sign === bitsOf(flipped, format)[i] ? [] : [i]));
        expect(differing).toEqual([format.bits - 1 - bit]);
        expect(flipBit(flipped, bit)).toBe(code);
      }),
      { seed },
    );
  });

  test('a step up is larger, a step back returns, and nothing lies between', () => {
    const steps = (code: number): void => {
      const value = decodeCode(code, format);
      const up = neighbour(code, 1, format);
      if (Number.isNaN(value)) expect(up).toBeNull();
      else if (up === null) expect(value).toBe(format.hasInfinity ? Infinity : format.max);
      else {
        const above = decodeCode(up, format);
        expect(above).toBeGreaterThan(value);
        expect(decodeCode(neighbour(up, -1, format) ?? -1, format) + 0).toBe(value + 0); // the two zeros are one place
        if (Number.isFinite(above - value))
          expect([value + 0, above]).toContain(decodeCode(encodeNumber((value + above) / 2, format), format) + 0);
      }
    };
    fc.assert(fc.property(anyCode, steps), { seed });
  });

  test('hexadecimal digits come back, and others than its own number of them are refused', () => {
    fc.assert(
      fc.property(
        anyCode,
        (code) => codeFromHex(hexOf(code, format), format) === code && codeFromHex(`0x${hexOf(code, format)}`, format) === code,
      ),
      { seed },
    );
    expect(codeFromHex(`${hexOf(0, format)}0`, format)).toBeNull();
    expect(codeFromHex('xy', format)).toBeNull();
  });

  test('rounding is off by half a step at most, within the range', () => {
    const inRange = fc.double({ min: -format.max, max: format.max, noNaN: true });
    fc.assert(
      fc.property(inRange, (value) => place(value, format).ulps <= 0.5),
      { seed },
    );
  });
});

test('narrow formats are those of the codec', () => {
  for (const format of [float16, bfloat16] as const) {
    const name = format.name as 'float16' | 'bfloat16';
    expect(encodeNumber(0.1, format)).toBe(encode([0.1], name)[0]);
    expect(decodeCode(0x3c01, format)).toBe(decode(Uint16Array.of(0x3c01), name)[0]);
  }
});

describe('placing a number', () => {
  test('tells what each format makes of 65520', () => {
    expect(place(65520, float32)).toMatchObject({ stored: 65520, error: 0, region: 'normal' });
    expect(place(65520, float16)).toMatchObject({ stored: Infinity, overflows: true, region: 'infinite' });
    expect(place(65520, bfloat16)).toMatchObject({ stored: 65536, error: 16, overflows: false });
    expect(place(65520, e4m3fn)).toMatchObject({ stored: NaN, overflows: true, region: 'nan' });
  });

  test('tells subnormal from lost', () => {
    expect(place(2 ** -24, float16)).toMatchObject({ region: 'subnormal', error: 0, spacing: 2 ** -24 });
    expect(place(1e-8, float16)).toMatchObject({ region: 'zero', vanishes: true, relative: 1 });
    expect(place(0, float16)).toMatchObject({ region: 'zero', vanishes: false, error: 0 });
  });

  test('looks at the code that somebody made by its bits, NaN with a payload too', () => {
    expect(place(NaN, float16, 0x7c01)).toMatchObject({ code: 0x7c01, region: 'nan', overflows: false });
  });

  test('knows the exponent of every double, subnormal ones too', () => {
    expect([1, 1.999, 2, 2 ** -1022, 2 ** -1074, Number.MAX_VALUE].map(exponentOf)).toEqual([0, 0, 1, -1022, -1074, 1023]);
    expect(spacingAt(2048, float16)).toBe(2);
    expect(spacingAt(0, float16)).toBe(2 ** -24);
  });
});

describe('reading a number', () => {
  test.each([
    ['0.1', 0.1],
    [' -1e-8 ', -1e-8],
    ['.5', 0.5],
    ['2^-24', 2 ** -24],
    ['-2^3', -8],
    ['1/3', 1 / 3],
    ['−4', -4],
    ['inf', Infinity],
    ['-Infinity', -Infinity],
    ['NaN', NaN],
    ['-0', -0],
  ])('takes %s', (text, value) => {
    expect(parseNumber(text)).toEqual({ value });
  });

  test('takes bits by their number of digits', () => {
    expect(parseNumber('0x3c00')).toEqual({ value: 1, pinned: { name: 'float16', code: 0x3c00 } });
    expect(parseNumber('0x3F800000')).toEqual({ value: 1, pinned: { name: 'float32', code: 0x3f800000 } });
  });

  test.each([
    ['', /Type a number/],
    ['abc', /Try 0\.1/],
    ['0,1', /Write a point: 0\.1/],
    ['0x12', /four hexadecimal digits.*own field/],
    ['1e', /Try/],
    ['1/2/3', /Try/],
    ['x'.repeat(99), /^“x{23}…”/],
  ])('says what to do about "%s"', (text, remedy) => {
    const found = parseNumber(text);
    expect('problem' in found && found.problem).toMatch(remedy);
  });
});

describe('words', () => {
  test('write a code as people write it', () => {
    expect(formula(place(0.1, float16), float16)).toBe('+1.599609375 × 2⁻⁴');
    expect(formula(place(-(2 ** -24), float16), float16)).toBe('−0.0009765625 × 2⁻¹⁴, subnormal: no leading 1');
    expect(formula(place(-0, e5m2), e5m2)).toBe('−0');
    expect(formula(place(-Infinity, float16), float16)).toBe('−infinity');
    expect(formula(place(2049, float16), float16)).toBe('+1 × 2¹¹ = 2048');
  });

  test('say what is lost', () => {
    const words = (value: number, format: typeof float16): string => errorWords(value, place(value, format), format);
    expect(words(0.5, float16)).toBe('exact');
    expect(words(2049, float16)).toBe('off by 1, which is 0.049 % or 0.5 ulp');
    expect(words(1e6, float16)).toBe('too large: the format ends at 65504');
    expect(words(500, e4m3fn)).toBe('too large: the format ends at 448 and has no infinity');
    expect(words(1e-8, float16)).toMatch(/^lost: becomes zero/);
    expect(words(NaN, float16)).toBe('stays NaN');
  });

  test('sum up: exact, rounded, lost, too large', () => {
    expect(summary(65520)).toBe('65520: exact in float32; rounded in bfloat16 (65536); too large for float16, float8_e4m3fn, float8_e5m2.');
    expect(summary(2)).toBe('2: every format has it exactly.');
    expect(summary(0.1)).toMatch(/rounded in float32 \(0\.100000001\), float16 \(0\.09998\)/);
    expect(summary(Infinity)).toMatch(/exact in float32, float16, bfloat16, float8_e5m2; too large for float8_e4m3fn/);
  });
});

test('what lies outside of the drawn axis is put on its edge', () => {
  expect(position(-200, windows.near, 300)).toBe(position(windows.near.from, windows.near, 300));
  expect(position(500, windows.near, 300)).toBe(position(windows.near.to, windows.near, 300));
});
