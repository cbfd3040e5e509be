import { formats, type Format } from '../../src/index.ts';

/** Positions at which codes differ, NaN of any sign and payload counting as one; but what we write must be the canonical NaN. */
export function mismatches(ours: ArrayLike<number>, theirs: ArrayLike<number>, format: Format): number[] {
  const { bits, maxCode, infinityCode, nanCode } = formats[format];
  const firstNaN = (infinityCode ?? maxCode) + 1;
  const isNaN = (code: number): boolean => (code & (2 ** (bits - 1) - 1)) >= firstNaN;
  const wrong: number[] = ours.length === theirs.length ? [] : [-1];
  for (let i = 0; i < ours.length; i++) {
    const equal = isNaN(theirs[i]!) ? ours[i] === nanCode : ours[i] === theirs[i];
    if (!equal) wrong.push(i);
  }
  return wrong;
}

/** All codes of a format, ascending. */
export function allCodes(format: Format): Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer> {
  return formats[format].bits === 16 ? Uint16Array.from({ length: 65536 }, (_, i) => i) : Uint8Array.from({ length: 256 }, (_, i) => i);
}

export const formatNames = Object.keys(formats) as Format[];
