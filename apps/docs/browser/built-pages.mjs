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
    throw new Error(`[docs] there is no built site, got nothing in ${folder}. Build it with: npm run docs -- --build`);
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
 * The first page of each kind: of each folder of the site, and every page at its top. Pages of one kind have one design and other words.
 *
 * Pure.
 *
 * @param {readonly BuiltPage[]} pages
 */
export function onePageOfEachKind(pages) {
  const kindOf = (/** @type {BuiltPage} */ { path }) => path.split('/').slice(0, -2).join('/') || path;
  return pages.filter((page, i) => pages.findIndex((other) => kindOf(other) === kindOf(page)) === i);
}

/** @param {string} path */
function isApiPage(path) {
  return /^\/(reference\/)?api\//.test(path);
}

/** @param {string} file */
function pathOf(file) {
  return `/${file.replace(/(^|\/)index\.html$/, '$1')}`;
}
