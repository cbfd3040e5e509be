import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { examplesIn, packageExamples } from '@halftone/testing/examples';
import { root } from '../../setup/src/folders.mjs';
import { situationExamples } from './situations.mjs';

/** @import { Example } from '@halftone/testing/examples' */

/**
 * Every example of the documentation: doc comments and READMEs of the packages, README.md and its table of situations, docs/.
 *
 * @returns {Promise<Example[]>} `where` is the file from the root of the repository
 */
export async function documentationExamples() {
  const packages = (await readdir(join(root, 'packages'))).toSorted().map((name) => `packages/${name}/`);
  const inPackages = packages.flatMap((folder) =>
    packageExamples(pathToFileURL(join(root, folder))).map((example) => ({ ...example, where: folder + example.where })),
  );
  const pages = (await readdir(join(root, 'docs'), { recursive: true })).filter((file) => file.endsWith('.md')).toSorted();
  const texts = ['README.md', ...pages.map((page) => `docs/${page}`)];
  const inTexts = await Promise.all(texts.map(async (file) => examplesIn(withoutPrograms(await readFile(join(root, file), 'utf8')), file)));
  return [...inPackages, ...inTexts.flat(), ...situationExamples(await readFile(join(root, 'README.md'), 'utf8'))];
}

/**
 * Leaves out what pages show of the tutorials' programs, which their own command runs as a whole; lines keep their numbers.
 *
 * Pure.
 *
 * @param {string} page
 */
export function withoutPrograms(page) {
  return page.replaceAll(/<!-- program: [\s\S]*?<!-- \/program -->/g, (block) => block.replaceAll(/[^\n]/g, ''));
}
