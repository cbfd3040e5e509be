import { describe, expect, it } from 'vitest';
import { bitsToFloats, goldenCodec } from './golden-codec.ts';
import { ulpDistance } from './ulp.ts';

describe('goldenCodec', () => {
  it.each(['float16', 'bfloat16'] as const)('holds correctly rounded values in %s', (format) => {
    const { inputs, rounded } = goldenCodec(format);
    expect(inputs.length).toBeGreaterThan(20_000);
    expect(rounded).toHaveLength(inputs.length);
    const wrong = inputs.findIndex((value, i) => !(ulpDistance(rounded[i] as number, value, format) <= 0.5));
    expect(wrong).toBe(-1);
  });

  it('keeps the sign of zero and every kind of number', () => {
    expect([...bitsToFloats(Uint16Array.of(0x0000, 0x8000, 0x7c00, 0x7e00, 0x3c01), 'float16')]).toEqual([
      0,
      -0,
      Infinity,
      NaN,
      1 + 2 ** -10,
    ]);
    expect([...bitsToFloats(Uint16Array.of(0x8000, 0xff80, 0x7fc0, 0x3f81), 'bfloat16')]).toEqual([-0, -Infinity, NaN, 1 + 2 ** -7]);
  });
});
