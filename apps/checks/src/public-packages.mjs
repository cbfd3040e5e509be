import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The repository. */
export const root = join(import.meta.dirname, '../../..');

/**
 * A package that is published.
 * @typedef {{ readonly folder: string, readonly path: string, readonly manifest: Readonly<Record<string, any>> }} PublicPackage
 */

/**
 * The packages that are published, by their folders' names.
 *
 * @returns {Promise<PublicPackage[]>}
 */
export async function publicPackages() {
  const found = [];
  for (const folder of (await readdir(join(root, 'packages'))).sort()) {
    const path = join(root, 'packages', folder);
    const manifest = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
    if (!manifest.private) found.push({ folder, path, manifest });
  }
  return found;
}
