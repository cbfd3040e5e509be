import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here: string = import.meta.url; // by a name of its own: bundlers take the address of a folder beside a module for that of a file
const folder = new URL('../golden/', here);

/**
 * Reads one golden file as raw bytes, on a buffer of its own so that typed-array views are aligned.
 *
 * @param path - below `golden/`, for example `codec/f32.u32`
 */
export function goldenBytes(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(path, folder))));
}

/**
 * Reads one golden JSON file. Numbers in it are the shortest decimals of float32 values; non-finite values are the
 * strings `"NaN"`, `"Infinity"` and `"-Infinity"`, which `Number()` reads.
 */
export function goldenJson<T>(path: string): T {
  return JSON.parse(readFileSync(fileURLToPath(new URL(path, folder)), 'utf8')) as T;
}
