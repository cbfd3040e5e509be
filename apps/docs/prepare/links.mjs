import { dirname, join, normalize } from 'node:path/posix';
import { outsideCode } from './page.mjs';

/**
 * Where the links of a text lead. `routes` knows the sources that have a page; `repository` is where all other files can be read.
 * @typedef {{ readonly file: string, readonly routes: ReadonlyMap<string, string>, readonly repository: string | undefined, readonly picture: (file: string) => string }} Place
 */

const elsewhere = /^([a-z][a-z+.-]*:|\/\/|\/|#)/i;

/**
 * Turns the links between files of the repository into links between pages.
 *
 * A link to a file without a page leads into the repository; without a known repository its words stay and the link goes.
 *
 * Pure.
 *
 * @param {string} body - Markdown
 * @param {Place} place
 * @returns {string}
 */
export function withSiteLinks(body, place) {
  const target = /** @param {string} link */ (link) => siteTarget(link, place);
  return outsideCode(body, (prose) =>
    prose
      .replace(
        /!\[([^\]]*)\]\(([^)\s]+)\)/g,
        (_, words, link) => `![${words}](${elsewhere.test(link) ? link : place.picture(inRepository(link, place.file))})`,
      )
      .replace(/(?<!!)\[((?:[^[\]]|\[[^\]]*\]|!\[[^\]]*\]\([^)]*\))*)\]\(([^)\s]+)\)/g, (_, words, link) => {
        const to = target(link);
        return to === undefined ? words : `[${words}](${to})`;
      })
      .replace(/(<a\s[^>]*?href=")([^"]+)(")/g, (whole, before, link, after) => `${before}${target(link) ?? link}${after}`),
  );
}

/**
 * @param {string} link
 * @param {Place} place
 * @returns {string | undefined} nothing for a file that nobody can read
 */
function siteTarget(link, { file, routes, repository }) {
  if (elsewhere.test(link)) return link;
  const [path = '', anchor] = link.split('#');
  const source = inRepository(path, file);
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const route = routes.get(source);
  if (route !== undefined) return route + hash;
  return repository === undefined ? undefined : `${repository}/blob/main/${source}${hash}`;
}

/** @type {(link: string, file: string) => string} */
function inRepository(link, file) {
  return normalize(join(dirname(file), link)).replace(/\/$/, '');
}
