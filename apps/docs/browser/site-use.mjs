import { expect } from './expectations.mjs';

/** @import { Page } from 'playwright-core' */

/**
 * The first stop of the Tab key leads past the menus to the text.
 *
 * @param {Page} page
 */
export async function useSkipLink(page) {
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement?.textContent.trim() ?? '');
  expect(first, /skip to content/i, 'the first stop of Tab');
  if (!(await page.evaluate(() => document.activeElement?.checkVisibility({ opacityProperty: true }))))
    throw new Error('nobody sees the skip link');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  if (!(await page.evaluate(() => document.activeElement?.closest('main') !== null))) throw new Error('the next stop is not in the text');
  return first;
}

/**
 * Search, by keyboard alone: open, type a word, go to a page that has it.
 *
 * @param {Page} page
 */
export async function useSearch(page) {
  await page.keyboard.press('Control+k');
  const field = page.locator('dialog[open] input');
  await field.waitFor();
  await field.focus();
  await page.keyboard.type('loss scaling');
  const result = page.locator('dialog[open] a[href^="/"]').first();
  await result.waitFor();
  const title = (await result.textContent())?.trim() ?? '';
  await result.focus();
  await Promise.all([page.waitForURL((url) => url.pathname !== '/'), page.keyboard.press('Enter')]);
  const text = await page.locator('main').innerText();
  expect(text, /loss[ -]scal/i, `the page ${page.url()}`);
  return `“loss scaling” leads to ${title}`;
}

/**
 * Light and dark, by keyboard: chosen in the page, kept over a reload, and given back to the system.
 *
 * @param {Page} page
 */
export async function useThemeSwitch(page) {
  await page.emulateMedia({ colorScheme: 'light' });
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const choose = page.locator('starlight-theme-select select:visible').first();
  await choose.focus();
  const light = await background();
  await page.keyboard.press('d'); // a list chooses what begins so
  await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
  const dark = await background();
  if (dark === light) throw new Error(`dark looks like light: ${dark}`);
  await page.reload({ waitUntil: 'load' });
  expect((await theme()) ?? '', /^dark$/, 'the theme after a reload');
  await choose.focus();
  await page.keyboard.press('a');
  await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'light');
  return `${light} and ${dark}`;
}
