import { join, resolve } from 'node:path';

/** The repository. */
export const root = resolve(import.meta.dirname, '../../..');

/** The one folder that set-up writes to, `node_modules` and `dist` aside. Deleting it costs time and nothing else. */
export const cache = join(root, '.cache');

/**
 * A path inside the cache folder.
 *
 * @param {string[]} names
 * @returns {string}
 */
export function inCache(...names) {
  return join(cache, ...names);
}
