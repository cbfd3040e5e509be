/** @import { Browser } from 'playwright-core' */
/** @import { Site } from './open-site.mjs' */

/** How many letters the shortest page has; less is a page that waits for its script. */
const shortest = 200;

/**
 * Opens every page in a browser whose scripts are off: the text is there, every part of it is seen, and an island shows what it holds for such a reader.
 *
 * @param {Browser} browser
 * @param {Site} site
 * @returns {Promise<string>} a note
 * @throws {Error} with every page that hides something
 */
export async function expectTextWithoutScripts(browser, site) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 800 } });
  /** @type {string[]} */
  const faults = [];
  let islands = 0;
  const waiting = [...site.pages];
  const walk = async () => {
    const page = await context.newPage();
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await page.goto(`${site.origin}${next.path}`, { waitUntil: 'domcontentloaded' });
      const { letters, hidden, empty, found } = await page.evaluate(readMain);
      islands += found;
      const least = next.path.startsWith('/404') ? 20 : shortest;
      if (letters < least) faults.push(`${next.path}: ${letters} letters`);
      for (const text of hidden) faults.push(`${next.path}: nobody sees "${text}"`);
      for (const name of empty) faults.push(`${next.path}: the island ${name} shows nothing`);
    }
    await page.close();
  };
  await Promise.all([walk(), walk(), walk()]);
  await context.close();
  if (faults.length > 0) throw new Error(faults.join('\n'));
  if (islands === 0) throw new Error('no page has an island');
  return `${site.pages.length} pages, ${islands} islands`;
}

/** Runs inside the page. */
function readMain() {
  const main = /** @type {HTMLElement} */ (document.querySelector('main') ?? document.body);
  const parts = [...main.querySelectorAll('p, li, td, th, h1, h2, h3, pre')].filter((part) => part.textContent.trim() !== '');
  const isFolded = (/** @type {Element} */ part) =>
    part.closest('details:not([open])') !== null || part.closest('template, noscript, dialog, .sr-only') !== null;
  const hidden = parts.filter((part) => !isFolded(part) && !part.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
  const islands = [...document.querySelectorAll('[data-island]')].map((island) => /** @type {HTMLElement} */ (island));
  return {
    letters: main.innerText.trim().length,
    hidden: hidden.map((part) => part.textContent.trim().slice(0, 60)),
    empty: islands.filter((island) => island.innerText.trim().length < 20).map((island) => island.dataset['island'] ?? ''),
    found: islands.length,
  };
}
