import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** What an IDX file holds: its dimensions, then one byte per element. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const UNSIGNED_BYTES = 0x08;

/**
 * Reads an IDX file, compressed by gzip or not.
 *
 * The format of the MNIST files (Y. LeCun, C. Cortes, C. Burges): two zero bytes, the element type, the number of dimensions,
 * each dimension as a big-endian 32-bit number, then the elements. Whether it is compressed is told by its first bytes, not by its name.
 *
 * Reads the whole file at once and waits for the disk.
 *
 * @param path - the file
 * @param dimensions - how many dimensions it must have: 3 for pictures, 1 for labels
 * @throws Error when the file cannot be read, is cut short, is too long, or is something else than IDX with unsigned bytes
 */
export function readIdx(path: string, dimensions: number): IdxArray {
  return parseIdx(uncompressed(path, contents(path)), path, dimensions);
}

/**
 * Reads IDX from memory.
 *
 * @param data - the uncompressed file
 * @param name - what error messages call it
 * @param dimensions - how many dimensions it must have
 * @returns a view onto `data`, not a copy
 * @throws Error when `data` is not IDX of that kind or its length is not what its header says
 */
export function parseIdx(data: Uint8Array, name: string, dimensions: number): IdxArray {
  const header = 4 + 4 * dimensions;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const expected = (UNSIGNED_BYTES << 8) | dimensions;
  if (data.byteLength < 4) throw truncated(name, 4, data.byteLength);
  const magic = view.getUint32(0);
  if (magic !== expected) {
    throw new Error(
      `[data] ${name} must be an IDX file of ${dimensions} dimension(s) of unsigned bytes (magic ${hex(expected)}), got magic ${hex(magic)}. Give the folder of the original MNIST files.`,
    );
  }
  if (data.byteLength < header) throw truncated(name, header, data.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0) throw new Error(`[data] ${name} must hold something, got dimensions ${shape.join('x')}. Download it again.`);
  if (data.byteLength < header + count) throw truncated(name, header + count, data.byteLength);
  if (data.byteLength > header + count) {
    throw new Error(
      `[data] ${name} must be as long as its header says (${header + count} bytes for ${shape.join('x')}), got ${data.byteLength} bytes. Download it again.`,
    );
  }
  return { shape, bytes: new Uint8Array(data.buffer, data.byteOffset + header, count) };
}

function contents(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`[data] ${path} cannot be read, got ${reason(cause)}. Check the path and its permissions.`, { cause });
  }
}

function uncompressed(path: string, data: Uint8Array): Uint8Array {
  if (data[0] !== 0x1f || data[1] !== 0x8b) return data;
  try {
    return gunzipSync(data);
  } catch (cause) {
    throw new Error(
      `[data] ${path} cannot be unpacked, got ${reason(cause)} after ${data.byteLength} compressed bytes. It is damaged or cut short: download it again.`,
      { cause },
    );
  }
}

function truncated(name: string, expected: number, got: number): Error {
  return new Error(`[data] ${name} is cut short: its header needs ${expected} bytes, got ${got}. Download it again.`);
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
