import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../setup/src/folders.mjs';
import { toolEnvironment } from '../../setup/src/tool-environment.mjs';
import { runTool } from './run-tool.mjs';

/** A packed package: its name, the tarball, and the hash of what is in it. @typedef {{ readonly name: string, readonly file: string, readonly hash: string }} Tarball */

/**
 * Packs every built package as a release would.
 *
 * @param {string} folder - is emptied first
 * @returns {Promise<Tarball[]>}
 */
export async function packPackages(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const packages = join(root, 'packages');
  const names = (await readdir(packages)).filter((name) => name !== 'testing').toSorted();
  return Promise.all(names.map((name) => packOne(join(packages, name), join(folder, name))));
}

/**
 * @param {string} path
 * @param {string} place
 * @returns {Promise<Tarball>}
 */
async function packOne(path, place) {
  const { name } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
  await mkdir(place);
  await runTool('pnpm', ['pack', '--pack-destination', place], { cwd: path, env: toolEnvironment() });
  const file = (await readdir(place)).find((entry) => entry.endsWith('.tgz'));
  if (!file) throw new Error(`[consumers] pnpm pack must leave a tarball in ${place}, got none. Build the packages first.`);
  const bytes = await runTool('tar', ['-xOzf', join(place, file)], { cwd: place }); // the archive's own dates change from pack to pack
  return { name, file: join(place, file), hash: createHash('sha256').update(bytes).digest('hex') };
}
