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

/** What was found wrong with pages: parts that break a rule of WCAG, parts wider than a phone, words in the console. @typedef {{ readonly axe: readonly string[], readonly wide: readonly string[], readonly said: readonly string[], readonly looks: number }} Review */

/**
 * Looks at pages: axe, width, and, where somebody wants to look too, a picture of each in every look.
 *
 * @param {Browser} browser
 * @param {Site} site
 * @param {{ readonly pages: readonly BuiltPage[], readonly pictures: string | undefined }} what - `pictures`: a folder for them
 * @returns {Promise<Review>}
 */
export async function reviewPages(browser, site, { pages, pictures }) {
  if (pictures) await mkdir(pictures, { recursive: true });
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
      const chosen = looks.flatMap((look) => {
        const rules = kinds.has(next) ? look.rules.ofKind : look.rules.ofEach;
        return rules || pictures ? [{ look, rules: rules ?? 'looks' }] : [];
      });
      await page.goto(`${site.origin}${path}`, { waitUntil: 'load' });
      for (const one of chosen) axe.push(...(await reviewLook(page, path, one, pictures)));
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
 * @param {{ readonly look: Look, readonly rules: 'all' | 'looks' }} how
 * @param {string | undefined} folder
 */
async function reviewLook(page, path, { look, rules }, folder) {
  await useLook(page, look);
  const faults = await axeFaults(page, rules);
  if (folder === undefined) return faults.map((fault) => `${path} ${look.name}: ${fault}`);
  const name = path.replaceAll(/^\/|\/$/g, '').replaceAll('/', '.') || 'start';
  await page.screenshot({ path: join(folder, `${name}.${look.name}.png`), fullPage: true, animations: 'disabled' });
  return faults.map((fault) => `${path} ${look.name}: ${fault}`);
}
