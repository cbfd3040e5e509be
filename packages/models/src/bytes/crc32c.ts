/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

let tables: readonly Int32Array[] | null = null;

/** Eight tables, so that eight bytes take one round. Made at the first use. */
function makeTables(): readonly Int32Array[] {
  const made = Array.from({ length: 8 }, () => new Int32Array(256));
  const [first, ...others] = made as [Int32Array, ...Int32Array[]];
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    first[byte] = crc;
  }
  let before = first;
  for (const table of others) {
    for (let byte = 0; byte < 256; byte++) {
      const crc = before[byte] as number;
      table[byte] = (crc >>> 8) ^ (first[crc & 255] as number);
    }
    before = table;
  }
  return made;
}

/**
 * The CRC-32C of bytes, as eight hexadecimal digits: every burst of 32 bits and every three flipped bits of a file are noticed.
 *
 * @see RFC 3720, appendix B.4, for its test values
 */
export function crc32c(bytes: Uint8Array): string {
  tables ??= makeTables();
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as readonly [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const at = (table: Int32Array, index: number): number => table[index & 255] as number;
  const byte = (index: number): number => bytes[index] as number;
  let crc = -1;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^= byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24);
    crc =
      at(t7, crc) ^
      at(t6, crc >>> 8) ^
      at(t5, crc >>> 16) ^
      at(t4, crc >>> 24) ^
      at(t3, byte(i + 4)) ^
      at(t2, byte(i + 5)) ^
      at(t1, byte(i + 6)) ^
      at(t0, byte(i + 7));
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ at(t0, crc ^ byte(i));
  return (~crc >>> 0).toString(16).padStart(8, '0');
}
