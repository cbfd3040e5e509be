import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { axeFaults } from './accessibility.mjs';
import { onePageOfEachKind } from './built-pages.mjs';
import { looks, narrowest, overflowOf, useLook } from './page-looks.mjs';
import { watchedContext } from './page-watch.mjs';

/** @import { Browser, Page } from 'playwright-core' */
/** @import { BuiltPage } from './built-pages.mjs' */
/** @import { Look } from './page-looks.mjs' */
/** @import { Site } from './open-site.mjs' */

/** Where pictures go, and whether of every page in every look. @typedef {{ readonly folder: string, readonly everyLook: boolean }} Pictures */
/** What was found wrong with pages: parts that break a rule of WCAG, parts wider than a phone, words in the console. @typedef {{ readonly axe: readonly string[], readonly wide: readonly string[], readonly said: readonly string[], readonly looks: number }} Review */

/**
 * Looks at pages: axe, width, and a picture of each.
 *
 * @param {Browser} browser
 * @param {Site} site
 * @param {{ readonly pages: readonly BuiltPage[], readonly pictures: Pictures }} what
 * @returns {Promise<Review>}
 */
export async function reviewPages(browser, site, { pages, pictures }) {
  await mkdir(pictures.folder, { recursive: true });
  const { context, watch } = await watchedContext(browser, site.origin);
  const kinds = new Set(onePageOfEachKind(pages));
  const waiting = [...pages];
  /** @type {string[]} */
  const axe = [];
  /** @type {string[]} */
  const wide = [];
  let seen = 0;
  const review = async () => {
    const page = await context.newPage();
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { path } = next;
      const chosen = looks.filter(({ isForAll }) => isForAll || pictures.everyLook || kinds.has(next));
      await page.goto(`${site.origin}${path}`, { waitUntil: 'load' });
      for (const look of chosen) axe.push(...(await reviewLook(page, path, look, pictures.folder)));
      await page.setViewportSize(narrowest);
      const overflow = await overflowOf(page);
      if (overflow) wide.push(`${path}: ${overflow}`);
      seen += chosen.length;
    }
    await page.close();
  };
  await Promise.all([review(), review()]);
  await context.close();
  return { axe, wide, said: watch.take(), looks: seen };
}

/**
 * @param {Page} page
 * @param {string} path
 * @param {Look} look
 * @param {string} folder
 */
async function reviewLook(page, path, look, folder) {
  await useLook(page, look);
  const faults = await axeFaults(page, look.rules);
  const name = path.replaceAll(/^\/|\/$/g, '').replaceAll('/', '.') || 'start';
  await page.screenshot({ path: join(folder, `${name}.${look.name}.png`), fullPage: true, animations: 'disabled' });
  return faults.map((fault) => `${path} ${look.name}: ${fault}`);
}
