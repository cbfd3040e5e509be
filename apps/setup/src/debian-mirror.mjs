import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where Debian's files lie, by archive. @typedef {Readonly<Record<'debian' | 'debian-security', string>>} Mirror */

/** @type {Mirror} */
export const defaultMirror = { debian: 'http://deb.debian.org/debian', 'debian-security': 'http://deb.debian.org/debian-security' };

/**
 * The mirror that this machine's own apt uses, so that a company's mirror or an offline copy is respected.
 *
 * @param {string} [folder] - apt's configuration
 * @returns {Promise<Mirror>}
 */
export async function machineMirror(folder = '/etc/apt') {
  const parts = await readdir(join(folder, 'sources.list.d')).catch(() => []);
  const files = [join(folder, 'sources.list'), ...parts.map((name) => join(folder, 'sources.list.d', name))];
  const texts = await Promise.all(
    files.filter((file) => /\.(list|sources)$/.test(file)).map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return mirrorIn(texts);
}

/**
 * Finds Debian's addresses in source lists of either form. Other people's archives are passed over.
 *
 * @param {readonly string[]} texts
 * @returns {Mirror}
 * @example
 * mirrorIn(['deb http://mirror.example/debian bookworm main']).debian; // 'http://mirror.example/debian'
 */
export function mirrorIn(texts) {
  const addresses = texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => /^\s*(deb\s|URIs:)/.test(line))
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => /^https?:\/\//.test(word))
    .map((word) => word.replace(/\/+$/, ''));
  return {
    debian: addresses.find((address) => address.endsWith('/debian')) ?? defaultMirror.debian,
    'debian-security': addresses.find((address) => address.endsWith('/debian-security')) ?? defaultMirror['debian-security'],
  };
}

/**
 * Debian's archive of all days, for packages that a mirror has replaced by newer ones.
 *
 * @param {string} snapshot - a day and time, as in a pin table
 * @returns {Mirror}
 */
export function snapshotMirror(snapshot) {
  const at = /** @param {string} archive */ (archive) => `http://snapshot.debian.org/archive/${archive}/${snapshot}`;
  return { debian: at('debian'), 'debian-security': at('debian-security') };
}
