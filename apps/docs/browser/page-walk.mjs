import { addressesOf } from './page-links.mjs';
import { watchedContext } from './page-watch.mjs';

/** @import { Browser, Page } from 'playwright-core' */
/** @import { BuiltPage } from './built-pages.mjs' */
/** @import { Site } from './open-site.mjs' */

/** What a page says of itself. @typedef {{ readonly page: BuiltPage, readonly title: string, readonly language: string, readonly headings: readonly string[], readonly ids: readonly string[], readonly links: readonly string[], readonly policy: string }} ReadPage */

/**
 * Opens every page of the site once, several at a time.
 *
 * @param {Browser} browser
 * @param {Site} site
 * @returns {Promise<{ read: readonly ReadPage[], requests: number, faults: readonly string[] }>} with what pages said, threw or asked for that they should not
 */
export async function walkPages(browser, site) {
  const { context, watch } = await watchedContext(browser, site.origin);
  const waiting = [...site.pages];
  /** @type {ReadPage[]} */
  const read = [];
  const walk = async () => {
    const page = await context.newPage();
    for (let next = waiting.shift(); next; next = waiting.shift()) read.push(await readPage(page, site.origin, next));
    await page.close();
  };
  await Promise.all([walk(), walk(), walk()]);
  await context.close();
  return { read, requests: watch.requests, faults: watch.take() };
}

/**
 * @param {Page} page
 * @param {string} origin
 * @param {BuiltPage} built
 * @returns {Promise<ReadPage>}
 */
async function readPage(page, origin, built) {
  const response = await page.goto(`${origin}${built.path}`, { waitUntil: 'load' });
  const facts = await page.evaluate(() => ({
    title: document.title,
    language: document.documentElement.lang,
    headings: [...document.querySelectorAll('h1')].map((heading) => heading.textContent.trim()),
    ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
    links: [...document.links].map(({ href }) => href),
  }));
  return { page: built, ...facts, links: addressesOf(facts.links), policy: response?.headers()['content-security-policy'] ?? '' };
}

/**
 * @param {readonly ReadPage[]} read
 * @throws {Error} with every page that lacks its title, its language or its one heading, and every title that two pages have
 */
export function expectNamed(read) {
  const faults = read.flatMap(({ page, title, language, headings }) => [
    ...(title.trim() ? [] : [`${page.path} has no title`]),
    ...(language ? [] : [`${page.path} has no language`]),
    ...(headings.length === 1 && headings[0] ? [] : [`${page.path} has ${headings.length} first headings: ${headings.join(' | ')}`]),
  ]);
  /** @type {Map<string, string>} */
  const byTitle = new Map();
  for (const { page, title } of read) {
    const other = byTitle.get(title);
    if (other !== undefined) faults.push(`${other} and ${page.path} have one title: ${title}`);
    byTitle.set(title, page.path);
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
