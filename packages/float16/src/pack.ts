import type { Format, FormatInfo } from './format.ts';

/** What the packing loop reads: one row for each sign and exponent of a float32, that is, for its upper nine bits. */
export interface PackTable {
  /** How many of the 24 mantissa bits are rounded away. */
  readonly shift: Uint8Array;
  /** What the rounded mantissa, leading one included, is added to. */
  readonly base: Uint16Array;
  /** Bits of the largest float32 that rounds to a finite value. */
  readonly limit: number;
}

const tables = /* @__PURE__ */ new Map<Format, PackTable>();

/** The packing table of a format, built at its first use (1.5 KiB). */
export function packTable(info: FormatInfo): PackTable {
  let table = tables.get(info.name);
  if (table === undefined) tables.set(info.name, (table = buildPackTable(info)));
  return table;
}

/** Bits of the float32 that equals the format's largest finite value. */
export function maxWord({ maxCode, mantissaBits, bias }: FormatInfo): number {
  return (maxCode << (23 - mantissaBits)) + ((127 - bias) << 23);
}

function buildPackTable(info: FormatInfo): PackTable {
  const { bits, mantissaBits, bias, maxCode } = info;
  const shift = new Uint8Array(512);
  const base = new Uint16Array(512);
  for (let row = 0; row < 512; row++) {
    const stored = row & 255;
    const exponent = Math.max(stored, 1) - 127 + bias; // as the format would store it; below 1 the result is subnormal
    const lost = Math.min(23 - mantissaBits + Math.max(1 - exponent, 0), 31);
    // The loop gives every float32 an implicit leading one; float32's own subnormals (stored 0) have none, so it is taken back.
    const excess = stored === 0 ? 0x800000 >> lost : 0;
    shift[row] = lost;
    base[row] = (Math.max(exponent - 1, 0) << mantissaBits) - excess + ((row >> 8) << (bits - 1));
  }
  // halfway to the next value is the first to overflow, unless the largest code is even and wins the tie
  const limit = maxWord(info) + (1 << (22 - mantissaBits)) - (maxCode & 1);
  return { shift, base, limit };
}

/**
 * Rounds float32 bit patterns to the nearest code, ties to even, in integers and without a branch per exponent: adding
 * half of the lost bits (less one unless the kept part is odd) carries exactly when rounding up is right, and a carry out
 * of the mantissa is the next exponent.
 */
export function pack(words: Uint32Array, info: FormatInfo, overflowCode: number, out: Uint16Array | Uint8Array): void {
  const { shift, base, limit } = packTable(info);
  const { bits, nanCode } = info;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]! | 0;
    const magnitude = word & 0x7fffffff;
    if (magnitude > limit) {
      const isNaN = magnitude > 0x7f800000 || overflowCode === nanCode;
      out[i] = isNaN ? nanCode : overflowCode | ((word >>> 31) << (bits - 1));
      continue;
    }
    const row = word >>> 23;
    const lost = shift[row]!;
    const mantissa = (word & 0x7fffff) | 0x800000;
    out[i] = base[row]! + ((mantissa + ((1 << lost) >>> 1) - 1 + ((mantissa >> lost) & 1)) >> lost);
  }
}
