import type { Format, FormatInfo } from './format.ts';

const tables = /* @__PURE__ */ new Map<Format, Uint32Array>();

/** Float32 bits of every code, built at its first use (256 KiB for a 16-bit format, 1 KiB for an 8-bit one). */
function unpackTable(info: FormatInfo): Uint32Array {
  let table = tables.get(info.name);
  if (table === undefined) tables.set(info.name, (table = buildUnpackTable(info)));
  return table;
}

function buildUnpackTable({ bits, mantissaBits, bias, maxCode, infinityCode, minSubnormal }: FormatInfo): Uint32Array {
  const words = new Uint32Array(2 ** bits);
  const floats = new Float32Array(words.buffer);
  const half = 2 ** (bits - 1);
  for (let code = 0; code < half; code++) {
    if (code > maxCode) words[code] = code === infinityCode ? 0x7f800000 : 0x7fc00000;
    else if (code < 1 << mantissaBits) floats[code] = code * minSubnormal;
    else words[code] = (code << (23 - mantissaBits)) + ((127 - bias) << 23);
    const word = words[code]!;
    words[code + half] = word > 0x7f800000 ? word : word + 0x80000000;
  }
  return words;
}

/** Writes the float32 bits of each code; every NaN code gives 0x7fc00000. */
export function unpack(codes: Uint16Array | Uint8Array, info: FormatInfo, words: Uint32Array): void {
  const table = unpackTable(info);
  for (let i = 0; i < words.length; i++) words[i] = table[codes[i]!]!;
}
