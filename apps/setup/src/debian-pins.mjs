import { readFile, writeFile } from 'node:fs/promises';

/**
 * One Debian package, as apt's own metadata names it.
 * @typedef {{ readonly name: string, readonly version: string, readonly archive: 'debian' | 'debian-security', readonly path: string, readonly size: number, readonly sha256: string }} DebianPin
 *
 * What belongs together, with the day on which it was pinned: Debian's snapshot archive still has it when a mirror has moved on.
 * @typedef {{ readonly what: string, readonly snapshot: string, readonly packages: readonly DebianPin[] }} PinTable
 */

/** @param {string} table */
const fileOf = (table) => new URL(`pins/${table}.json`, import.meta.url);

/**
 * Reads a pin table and checks it, so that a bad edit is found before anything is fetched.
 *
 * @param {string} table - `lavapipe` or `chromium`
 * @returns {Promise<PinTable>}
 */
export async function readPins(table) {
  return parsePins(await readFile(fileOf(table), 'utf8'), table);
}

/**
 * @param {string} text - JSON
 * @param {string} table - its name, for the message
 * @returns {PinTable}
 * @throws {TypeError} if a field is missing or a hash is not a SHA-256
 */
export function parsePins(text, table) {
  const pins = JSON.parse(text);
  if (typeof pins.what !== 'string' || !/^\d{8}T\d{6}Z$/.test(pins.snapshot) || !Array.isArray(pins.packages)) {
    throw new TypeError(
      `[setup] the pin table ${table} needs what, snapshot and packages. Write it anew with: node apps/setup/src/pin.mjs ${table}`,
    );
  }
  for (const pin of pins.packages) {
    const sound =
      pin.name &&
      pin.version &&
      /^debian(-security)?$/.test(pin.archive) &&
      /^pool\/.*\.deb$/.test(pin.path) &&
      pin.size > 0 &&
      /^[0-9a-f]{64}$/.test(pin.sha256);
    if (!sound) {
      throw new TypeError(
        `[setup] the pin table ${table} has a bad entry, got ${JSON.stringify(pin)}. Write it anew with: node apps/setup/src/pin.mjs ${table}`,
      );
    }
  }
  return pins;
}

/**
 * @param {string} table
 * @param {PinTable} pins
 */
export async function writePins(table, pins) {
  await writeFile(fileOf(table), `${JSON.stringify(pins, null, 2)}\n`);
}

/**
 * How much is to be fetched, in words.
 *
 * @param {readonly DebianPin[]} packages
 * @returns {string}
 * @example
 * sizeInWords([]); // '0 packages, 0 MB'
 */
export function sizeInWords(packages) {
  const bytes = packages.reduce((sum, { size }) => sum + size, 0);
  return `${packages.length} packages, ${Math.ceil(bytes / 1e6)} MB`;
}
