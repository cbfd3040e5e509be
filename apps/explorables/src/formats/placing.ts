import { decodeCode, encodeNumber } from './code.ts';
import type { NumberFormat } from './number-format.ts';

/** Where a stored number lies in the range of its format. */
export type Region = 'zero' | 'subnormal' | 'normal' | 'infinite' | 'nan';

/** What a format makes of a number. */
export interface Placing {
  readonly code: number;
  readonly stored: number;
  readonly region: Region;
  /** Distance between the stored number and its neighbour of larger magnitude in the same binade; NaN where there is none. */
  readonly spacing: number;
  /** |stored - value|; infinite on overflow, NaN for NaN. */
  readonly error: number;
  /** The error as a part of |value|; 0 for a zero that stays zero. */
  readonly relative: number;
  /** The error in units of the last place: at most a half where the number is in range. */
  readonly ulps: number;
  /** Not finite, though the value is. */
  readonly overflows: boolean;
  /** Zero, though the value is not. */
  readonly vanishes: boolean;
}

/**
 * Rounds a number to a format and says how far it moved.
 *
 * @param value - any number; it is rounded once, from double
 * @param format - the format
 * @param pinned - a code to look at instead of the nearest one, such as one whose bits somebody turns over
 * @returns plain data
 */
export function place(value: number, format: NumberFormat, pinned?: number): Placing {
  const code = pinned ?? encodeNumber(value, format);
  const stored = decodeCode(code, format);
  const region = regionOf(stored, format);
  const spacing = region === 'infinite' || region === 'nan' ? NaN : spacingAt(stored, format);
  const error = Object.is(value, stored) || value === stored ? 0 : Math.abs(stored - value);
  return {
    code,
    stored,
    region,
    spacing,
    error: Number.isNaN(value) ? NaN : error,
    relative: error === 0 ? 0 : error / Math.abs(value),
    ulps: error === 0 ? 0 : error / spacing,
    overflows: Number.isFinite(value) && !Number.isFinite(stored),
    vanishes: value !== 0 && stored === 0,
  };
}

function regionOf(stored: number, { minNormal }: NumberFormat): Region {
  if (Number.isNaN(stored)) return 'nan';
  const size = Math.abs(stored);
  if (size === Infinity) return 'infinite';
  return size === 0 ? 'zero' : size < minNormal ? 'subnormal' : 'normal';
}

/** The step between numbers of a format around a magnitude: the same within each binade, and from zero to twice the smallest normal number. */
export function spacingAt(value: number, { minNormal, mantissaBits }: NumberFormat): number {
  const size = Math.max(Math.abs(value), minNormal);
  return 2 ** (exponentOf(size) - mantissaBits);
}

/** The exponent of the power of two at or below a magnitude above zero, exactly. */
export function exponentOf(size: number): number {
  const lifted = size < 2 ** -1022; // a subnormal double has no exponent to read
  const word = new Uint32Array(Float64Array.of(lifted ? size * 2 ** 60 : size).buffer)[1] ?? 0;
  return ((word >>> 20) & 0x7ff) - 1023 - (lifted ? 60 : 0);
}
