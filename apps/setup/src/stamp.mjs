import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The hash of some texts, in order.
 *
 * @param {readonly (string | Uint8Array)[]} parts
 * @returns {string} 64 hexadecimal digits
 */
export function hashOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

/**
 * Reads a stamp: what a finished step of set-up left to be recognised by.
 *
 * @param {string} path
 * @returns {Promise<string>} empty where the step never finished
 */
export async function readStamp(path) {
  return readFile(path, 'utf8').catch(() => '');
}

/**
 * @param {string} path
 * @param {string} content
 */
export async function writeStamp(path, content) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
