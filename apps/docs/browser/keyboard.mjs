/** @import { Locator, Page } from 'playwright-core' */

/** More stops than any page has between two parts of an island. */
const mostStops = 80;

/**
 * Goes to an element as people without a mouse do: with Tab, or with Shift and Tab where it lies before.
 *
 * @param {Page} page
 * @param {Locator} target
 * @throws {Error} where it cannot be reached so
 */
export async function tabTo(page, target) {
  const where = await target.evaluate((element) => {
    const current = document.activeElement ?? document.body;
    if (element === current) return 'here';
    return element.compareDocumentPosition(current) & Node.DOCUMENT_POSITION_FOLLOWING ? 'before' : 'after';
  });
  if (where === 'here') return;
  for (let i = 0; i < mostStops; i++) {
    await page.keyboard.press(where === 'before' ? 'Shift+Tab' : 'Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${target} is not reached by ${mostStops} stops of Tab`);
}

/**
 * Presses a button, opens or folds a part, by keyboard.
 *
 * @param {Page} page
 * @param {Locator} target
 */
export async function pressOn(page, target) {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/**
 * Puts a text into a field, by keyboard; leaving the field tells the page.
 *
 * @param {Page} page
 * @param {Locator} field
 * @param {string} text
 */
export async function typeInto(page, field, text) {
  await tabTo(page, field);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
  await page.keyboard.press('Tab');
}

/**
 * Chooses from a list, by the first letters.
 *
 * @param {Page} page
 * @param {Locator} list
 * @param {string} letters
 * @throws {Error} where something else is chosen then
 */
export async function chooseFrom(page, list, letters) {
  await tabTo(page, list);
  await page.keyboard.type(letters);
  const chosen = await list.evaluate((select) => /** @type {HTMLSelectElement} */ (select).selectedOptions[0]?.text ?? '');
  if (!chosen.startsWith(letters)) throw new Error(`the letters ${letters} choose ${chosen}`);
}

/**
 * Begins at the text of the page, past its menus, by the skip link.
 *
 * @param {Page} page
 */
export async function skipToText(page) {
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
}
