import { watchedContext } from './page-watch.mjs';

/** @import { BrowserContextOptions, Page } from 'playwright-core' */
/** @import { OpenBrowser } from './open-browser.mjs' */
/** @import { Site } from './open-site.mjs' */

/**
 * Opens a page in a context of its own, which has never seen the site, uses it, and fails afterwards if it said anything in the console.
 *
 * @template T
 * @param {OpenBrowser} open
 * @param {Site} site
 * @param {string} path
 * @param {(page: Page) => Promise<T>} use
 * @param {BrowserContextOptions & { readonly says?: readonly RegExp[] }} [options] - `says`: what the page says on purpose
 * @returns {Promise<T>}
 */
export async function onPage({ browser }, site, path, use, { says = [], ...options } = {}) {
  const { context, watch } = await watchedContext(browser, site.origin, options);
  try {
    const page = await context.newPage();
    await page.goto(`${site.origin}${path}`, { waitUntil: 'load' });
    const result = await use(page);
    watch.expectNothing(says);
    return result;
  } catch (error) {
    const said = watch.take();
    if (said.length > 0 && error instanceof Error) error.message += `\nAnd the page said:\n${said.join('\n')}`;
    throw error;
  } finally {
    await context.close();
  }
}
