import { onePageOfEachKind, writtenPages } from './built-pages.mjs';
import { expectPolicyBites, expectStrictPolicy } from './content-policy.mjs';
import { expectNone } from './expectations.mjs';
import { onPage } from './open-page.mjs';
import { expectLinksResolve } from './page-links.mjs';
import { reviewPages } from './page-review.mjs';
import { expectNamed, walkPages } from './page-walk.mjs';
import { useSearch, useSkipLink, useThemeSwitch } from './site-use.mjs';
import { expectTextWithoutScripts } from './without-scripts.mjs';

/** @import { Case } from './lanes.mjs' */
/** @import { Review } from './page-review.mjs' */
/** @import { ReadPage } from './page-walk.mjs' */

/**
 * What holds for every page, whatever stands on it.
 *
 * @param {string | undefined} pictures - a folder for screenshots; none are made without it
 * @returns {readonly Case[]}
 */
export function pageCases(pictures) {
  /** @type {readonly ReadPage[]} */
  let read = [];
  /** @type {Review | undefined} */
  let review;
  return [
    {
      name: 'every page loads and says nothing in the console',
      run: async ({ browser }, site) => {
        const found = await walkPages(browser, site);
        read = found.read;
        expectNone(found.faults);
        return `${read.length} pages, ${found.requests} requests, all to ourselves`;
      },
    },
    { name: 'every page has a title, a language and one heading', run: async () => expectNamed(needed(read)) },
    {
      name: 'every link and anchor leads somewhere',
      run: async (_, site) => {
        const { internal, anchors, leaving } = expectLinksResolve(needed(read), site);
        return `${internal} links, ${anchors} of them with an anchor; ${leaving} leave the site`;
      },
    },
    { name: 'the strict content policy comes with every page', run: async () => expectStrictPolicy(needed(read)) },
    { name: 'the content policy bites', run: ({ browser }, site) => expectPolicyBites(browser, site) },
    { name: 'every page shows its text without scripts', run: ({ browser }, site) => expectTextWithoutScripts(browser, site) },
    { name: 'the skip link leads to the text', run: (open, site) => onPage(open, site, '/', useSkipLink) },
    { name: 'search finds a word', run: (open, site) => onPage(open, site, '/', useSearch) },
    { name: 'light and dark are chosen by keyboard', run: (open, site) => onPage(open, site, '/', useThemeSwitch) },
    {
      name: 'axe finds nothing, light and dark, on a desktop and on a phone',
      run: async ({ browser }, site) => {
        const written = writtenPages(site.pages);
        const pages = [...written, ...onePageOfEachKind(site.pages).filter((page) => !written.includes(page))];
        review = await reviewPages(browser, site, { pages, pictures });
        expectNone(review.axe);
        return `${pages.length} pages, ${review.looks} looks${pictures ? `; pictures in ${pictures}` : ''}`;
      },
    },
    { name: 'no page is wider than a screen of 360 px', run: async () => expectNone(review?.wide ?? ['no page was looked at']) },
    { name: 'no page says anything when its look changes', run: async () => expectNone(review?.said ?? ['no page was looked at']) },
  ];
}

/** @param {readonly ReadPage[]} read */
function needed(read) {
  if (read.length === 0) throw new Error('no page was read');
  return read;
}
