import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sections } from './sections.mjs';

/**
 * A text of the repository and the page that it becomes: `docs/how-to/cuda.md` is `/how-to/cuda/`.
 * @typedef {{ readonly file: string, readonly slug: string, readonly section: string }} Source
 */

/** The repository. */
export const root = join(import.meta.dirname, '../../..');

/** Texts that stand outside the folders of docs/. */
const single = /** @type {const} */ ([
  { file: 'README.md', slug: 'overview', section: 'start' },
  { file: 'CONTRIBUTING.md', slug: 'contributing', section: 'start' },
  { file: 'SECURITY.md', slug: 'security', section: 'start' },
  { file: 'docs/benchmarks.md', slug: 'reference/benchmarks', section: 'reference' },
]);

/**
 * Finds every text that becomes a page.
 *
 * @returns {Promise<Source[]>}
 */
export async function findSources() {
  const texts = await Promise.all(sections.map(({ folder }) => textsIn(`docs/${folder}`, folder)));
  const packages = (await readdir(join(root, 'packages'))).toSorted();
  const readmes = packages.map((name) => ({ file: `packages/${name}/README.md`, slug: `reference/packages/${name}`, section: 'packages' }));
  return [...single, ...texts.flat(), ...readmes];
}

/**
 * The page of each file, and of each folder that has a list of its pages.
 *
 * @param {readonly Source[]} sources
 * @returns {Map<string, string>}
 */
export function routesOf(sources) {
  const files = sources.map(({ file, slug }) => /** @type {const} */ ([file, `/${slug}/`]));
  const folders = sections.map(({ folder }) => /** @type {const} */ ([`docs/${folder}`, `/${folder}/`]));
  const packages = sources
    .filter(({ section }) => section === 'packages')
    .map(({ file, slug }) => /** @type {const} */ ([file.replace('/README.md', ''), `/${slug}/`]));
  return new Map([...folders, ...packages, ...files]);
}

/**
 * Where the sources can be read by everyone, if the packages say so.
 *
 * @returns {Promise<string | undefined>}
 */
export async function repositoryAddress() {
  const { repository } = JSON.parse(await readFile(join(root, 'packages', 'halftone', 'package.json'), 'utf8'));
  return /^git\+(https:.+)\.git$/.exec(repository?.url ?? '')?.[1];
}

/** @type {(folder: string, section: string) => Promise<Source[]>} */
async function textsIn(folder, section) {
  const names = await readdir(join(root, folder)).catch(() => /** @type {string[]} */ ([]));
  const texts = names.filter((name) => name.endsWith('.md')).toSorted();
  return texts.map((name) => ({ file: `${folder}/${name}`, slug: `${section}/${name.slice(0, -3)}`, section }));
}
