import { describe, expect, it } from 'vitest';
import { decode, encode, formats } from '../../src/index.ts';
import { formatNames } from './mismatches.ts';

describe.each(formatNames)('the facts of %s', (format) => {
  const info = formats[format];
  const value = (code: number): number => decode(info.bits === 8 ? Uint8Array.of(code) : Uint16Array.of(code), format)[0]!;

  it('name themselves and add up to the width', () => {
    expect(info.name).toBe(format);
    expect(1 + info.exponentBits + info.mantissaBits).toBe(info.bits);
    expect(info.bias).toBe(2 ** (info.exponentBits - 1) - 1);
  });

  it('are what the codes decode to', () => {
    expect(value(info.maxCode)).toBe(info.max);
    expect(value(1)).toBe(info.minSubnormal);
    expect(value(1 << info.mantissaBits)).toBe(info.minNormal);
    expect(value(encode([1], format)[0]! + 1) - 1).toBe(info.epsilon);
    expect(value(info.nanCode)).toBeNaN();
    expect(value(info.maxCode + 1)).toBe(info.hasInfinity ? Infinity : NaN);
    expect(info.infinityCode).toBe(info.hasInfinity ? info.maxCode + 1 : null);
  });

  it('cannot be changed, since every codec is built from them', () => {
    expect(Object.isFrozen(formats)).toBe(true);
    expect(Object.isFrozen(info)).toBe(true);
  });
});
