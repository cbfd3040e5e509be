import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Every package that lies in a node_modules folder, hidden ones too, as npm and pnpm lay them out.
 *
 * @param {string} folder - with node_modules in it
 * @returns {Promise<Map<string, readonly string[]>>} name → what it depends on, peers included
 */
export async function installedPackages(folder) {
  /** @type {Map<string, readonly string[]>} */
  const found = new Map();
  await scan(join(folder, 'node_modules'), found);
  return found;
}

/**
 * @param {string} modules
 * @param {Map<string, readonly string[]>} found
 */
async function scan(modules, found) {
  const entries = await readdir(modules, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((one) => one.isDirectory())) {
    const path = join(modules, entry.name);
    if (entry.name === '.pnpm') for (const one of await readdir(path)) await scan(join(path, one, 'node_modules'), found);
    else if (entry.name.startsWith('@')) await scan(path, found);
    else if (!entry.name.startsWith('.')) await note(path, found);
  }
}

/**
 * @param {string} path
 * @param {Map<string, readonly string[]>} found
 */
async function note(path, found) {
  const text = await readFile(join(path, 'package.json'), 'utf8').catch(() => undefined);
  if (text !== undefined) {
    const { name, dependencies = {}, peerDependencies = {} } = JSON.parse(text);
    found.set(name, [...(found.get(name) ?? []), ...Object.keys({ ...dependencies, ...peerDependencies })]); // several versions may lie there
  }
  await scan(join(path, 'node_modules'), found);
}

/**
 * What our packages brought along: all that is installed and that the packages which the user asked for beside them do not need.
 *
 * Pure.
 *
 * @param {ReadonlyMap<string, readonly string[]>} installed
 * @param {readonly string[]} stock
 * @returns {string[]} names, sorted
 */
export function broughtAlong(installed, stock) {
  const known = new Set(stock);
  for (const name of known) for (const next of installed.get(name) ?? []) known.add(next); // a Set grows while it is walked
  return [...installed.keys()].filter((name) => !known.has(name)).toSorted();
}
