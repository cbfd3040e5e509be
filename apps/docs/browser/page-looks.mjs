/** @import { Page } from 'playwright-core' */

/** @typedef {(typeof looks)[number]} Look */

/**
 * The ways in which a page is read. The widths are those of a laptop and of a phone.
 * A page of each kind is judged in all of them; what differs between pages of a kind, by their words, is judged on every page.
 */
export const looks = /** @type {const} */ ([
  { name: 'desktop-light', width: 1280, height: 800, scheme: 'light', rules: { ofKind: 'all', ofEach: 'all' } },
  { name: 'desktop-dark', width: 1280, height: 800, scheme: 'dark', rules: { ofKind: 'looks', ofEach: undefined } },
  { name: 'phone-dark', width: 390, height: 844, scheme: 'dark', rules: { ofKind: 'all', ofEach: 'looks' } },
  { name: 'phone-light', width: 390, height: 844, scheme: 'light', rules: { ofKind: 'looks', ofEach: undefined } },
]);

/** The narrowest screen that a page must fit. */
export const narrowest = { width: 360, height: 740 };

/**
 * Shows an open page in one of its looks, as a reader's system would: the page follows by itself.
 *
 * @param {Page} page
 * @param {Look} look
 */
export async function useLook(page, { width, height, scheme }) {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height });
  await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, scheme);
  await settled(page);
}

/**
 * Waits for what pages do when nothing else is to be done: what scrolls becomes a stop of the Tab key. Where they never do it, axe says so.
 *
 * @param {Page} page
 */
async function settled(page) {
  const isReady = () =>
    [...document.querySelectorAll('pre, .wide-table')].every(
      (part) => part.scrollWidth <= part.clientWidth || /** @type {HTMLElement} */ (part).tabIndex === 0,
    );
  await page.waitForFunction(isReady, undefined, { timeout: 15_000 }).catch(() => undefined);
}

/**
 * What makes a page wider than its screen.
 *
 * @param {Page} page
 * @returns {Promise<string | undefined>} the widest element that sticks out, or nothing
 */
export async function overflowOf(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return undefined;
    const isCut = (/** @type {Element} */ element) => {
      for (let parent = element.parentElement; parent; parent = parent.parentElement)
        if (getComputedStyle(parent).overflowX !== 'visible') return true;
      return false;
    };
    const out = [...document.body.querySelectorAll('*')].filter(
      (one) => one.getBoundingClientRect().right > clientWidth + 1 && !isCut(one),
    );
    const widest = out.toSorted((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0];
    return `${scrollWidth} px on a screen of ${clientWidth}: ${widest?.outerHTML.slice(0, 120) ?? 'nobody knows why'}`;
  });
}
