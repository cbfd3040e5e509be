import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A page of the built site. @typedef {{ readonly path: string, readonly file: string, readonly section: string }} BuiltPage */

/**
 * Every HTML file of the built site, by its address.
 *
 * @param {string} folder - the built site
 * @returns {Promise<BuiltPage[]>} in the order of the alphabet; `section` is the first part of the path, `''` for the start page
 * @throws {Error} where nothing was built
 */
export async function builtPages(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
    .map(({ parentPath, name }) => join(parentPath, name));
  if (files.length === 0)
    throw new Error(`[docs] there is no built site, got nothing in ${folder}. Build it with: npm run docs -- --build-only`);
  return files.toSorted().map((file) => {
    const path = pathOf(relative(folder, file).split(sep).join('/'));
    return { path, file, section: path.split('/')[1] ?? '' };
  });
}

/**
 * Pages written by hand: all but those that are generated from sources and packages.
 *
 * Pure.
 *
 * @param {readonly BuiltPage[]} pages
 */
export function writtenPages(pages) {
  return pages.filter(({ path }) => !isApiPage(path) && !path.startsWith('/404'));
}

/**
 * A few pages of the API reference that stand for the rest: of each package its own page, and one page below it.
 *
 * Pure.
 *
 * @param {readonly BuiltPage[]} pages
 */
export function sampleOfApi(pages) {
  /** @type {Map<string, BuiltPage>} */
  const firsts = new Map();
  for (const page of pages.filter(({ path }) => isApiPage(path))) {
    const depth = page.path.split('/').length;
    if (!firsts.has(String(depth))) firsts.set(String(depth), page);
  }
  return [...firsts.values()];
}

/** @param {string} path */
function isApiPage(path) {
  return /^\/(reference\/)?api\//.test(path);
}

/** @param {string} file */
function pathOf(file) {
  return `/${file.replace(/(^|\/)index\.html$/, '$1')}`;
}
