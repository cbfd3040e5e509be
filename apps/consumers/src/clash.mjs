import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** @import { Clash } from './cases.mjs' */

/**
 * Makes a copy of a user's folder in which one package has a second copy of another below it, as a careless install leaves it.
 *
 * @param {string} source - installed by npm
 * @param {string} folder - is made anew
 * @param {Clash} clash
 */
export async function placeClash(source, folder, { copy, below, change }) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(join(source, 'package.json'), join(folder, 'package.json'));
  await cp(join(source, 'node_modules'), join(folder, 'node_modules'), { recursive: true, mode: 2 /* share blocks where the disk can */ });
  const second = join(folder, 'node_modules', below, 'node_modules', copy);
  await mkdir(dirname(second), { recursive: true });
  await cp(join(folder, 'node_modules', copy), second, { recursive: true });
  if (change) await edit(join(second, 'dist', 'index.mjs'), change);
}

/**
 * @param {string} file
 * @param {readonly [from: string, to: string]} change
 */
async function edit(file, [from, to]) {
  const text = await readFile(file, 'utf8');
  if (!text.includes(from))
    throw new Error(`[consumers] ${file} must contain ${JSON.stringify(from)}, got none. Correct the clash in cases.mjs.`);
  await writeFile(file, text.replace(from, to));
}
