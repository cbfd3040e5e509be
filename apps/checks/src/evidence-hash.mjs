import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/**
 * SHA-256 over the contents of source files, one after the other in the order of their paths. Tests do not count, as they change no result; nor do hidden folders, which tools leave behind.
 *
 * @param {string} root - the repository
 * @param {readonly string[]} sources - files, or folders with all that is in them
 * @returns {Promise<string>} 64 hexadecimal digits
 * @throws {Error} if a source does not exist, because evidence about nothing is no evidence
 */
export async function hashSources(root, sources) {
  const files = (await Promise.all(sources.map((source) => filesUnder(join(root, source))))).flat();
  const paths = [...new Set(files.map((file) => relative(root, file).split(sep).join('/')))].sort();
  const hash = createHash('sha256');
  for (const path of paths) hash.update(await readFile(join(root, path)));
  return hash.digest('hex');
}

/** @param {string} path */
async function filesUnder(path) {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new Error(`[checks] a source of evidence must exist, got ${path}. Correct the list in the evidence file.`);
  if (found.isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.test(-d)?\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/[\\/]\./.test(file.slice(path.length)));
}
