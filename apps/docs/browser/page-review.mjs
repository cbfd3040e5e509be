import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { axeFaults } from './accessibility.mjs';
import { looks, narrowest, overflowOf, useLook } from './page-looks.mjs';
import { watchedContext } from './page-watch.mjs';

/** @import { Browser, Page } from 'playwright-core' */
/** @import { BuiltPage } from './built-pages.mjs' */
/** @import { Site } from './open-site.mjs' */

/** What was found wrong with pages: their parts that break a rule of WCAG, and their parts that are wider than a phone. @typedef {{ readonly axe: readonly string[], readonly wide: readonly string[], readonly seen: number }} Review */

/**
 * Looks at pages in every look: axe, width, and a picture of each into a folder.
 *
 * @param {Browser} browser
 * @param {Site} site
 * @param {{ readonly pages: readonly BuiltPage[], readonly pictures: string }} what - `pictures`: the folder
 * @returns {Promise<Review>}
 * @throws {Error} where a page says something in the console
 */
export async function reviewPages(browser, site, { pages, pictures }) {
  await mkdir(pictures, { recursive: true });
  const { context, watch } = await watchedContext(browser, site.origin);
  const waiting = [...pages];
  /** @type {string[]} */
  const axe = [];
  /** @type {string[]} */
  const wide = [];
  const review = async () => {
    const page = await context.newPage();
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await page.goto(`${site.origin}${next.path}`, { waitUntil: 'load' });
      const found = await reviewPage(page, next.path, pictures);
      axe.push(...found.axe);
      wide.push(...found.wide);
    }
    await page.close();
  };
  await Promise.all([review(), review()]);
  watch.expectNothing();
  await context.close();
  return { axe, wide, seen: pages.length };
}

/**
 * @param {Page} page
 * @param {string} path
 * @param {string} pictures
 */
async function reviewPage(page, path, pictures) {
  /** @type {string[]} */
  const axe = [];
  /** @type {string[]} */
  const wide = [];
  const name = path.replaceAll(/^\/|\/$/g, '').replaceAll('/', '.') || 'start';
  for (const look of looks) {
    await useLook(page, look);
    for (const fault of await axeFaults(page, look.rules)) axe.push(`${path} ${look.name}: ${fault}`);
    await page.screenshot({ path: join(pictures, `${name}.${look.name}.png`), fullPage: true, animations: 'disabled' });
  }
  await page.setViewportSize(narrowest);
  const overflow = await overflowOf(page);
  if (overflow) wide.push(`${path}: ${overflow}`);
  return { axe, wide };
}
