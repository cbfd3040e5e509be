/** @import { Page } from 'playwright-core' */
/** @import { TutorialFinding } from './node-findings.mjs' */

const island = '[data-island="tutorial"]';

/**
 * Runs the tutorial of an open page as a reader does: the offered length, by keyboard, to its end.
 *
 * @param {Page} page
 * @returns {Promise<TutorialFinding & { readonly note: string }>} what the page lets a reader copy; `note`: what it says of the device
 * @throws {Error} with what the page says where it breaks off
 */
export async function runTutorial(page) {
  const place = page.locator(island);
  await place.getByRole('button', { name: /^Run/ }).focus();
  await page.keyboard.press('Enter');
  const last = place.getByRole('status').filter({ hasText: /^(Done|It broke off|Stopped)/ });
  await last.waitFor({ timeout: 180_000 });
  const words = await last.innerText();
  if (!words.startsWith('Done')) throw new Error(words);
  const json = (await place.locator('[data-finding-json]').textContent()) ?? '';
  return { ...JSON.parse(json), note: (await place.locator('.tutorial-note:visible').allInnerTexts()).join(' ') };
}

/**
 * Runs the tutorial of an open page until it has kept a checkpoint, and closes the tab.
 *
 * @param {Page} page
 * @returns {Promise<Page>} a new tab with the same page, which offers to run on
 * @throws {Error} where it offers nothing of the kind
 */
export async function closeTabMidway(page) {
  const [context, url] = [page.context(), page.url()];
  await page.evaluate(endWorkersAfterCheckpoint);
  await page.locator(island).getByRole('button', { name: 'Run it here' }).click();
  await page.waitForFunction(() => document.documentElement.dataset['midway'] === 'yes', undefined, { timeout: 180_000 });
  await page.close();
  const again = await context.newPage();
  await again.goto(url, { waitUntil: 'load' });
  await again.locator(island).getByRole('button', { name: 'Run on from where you stopped' }).waitFor({ timeout: 10_000 });
  return again;
}

/** Runs in the page: a worker ends at the first word of the part with checkpoints, said after one was kept; a quick device would be done before the tab is closed. */
function endWorkersAfterCheckpoint() {
  const Plain = Worker;
  window.Worker = class extends Plain {
    /** @param {string | URL} url @param {WorkerOptions} [options] */
    constructor(url, options) {
      super(url, options);
      this.addEventListener('message', ({ data }) => {
        if (data.kind !== 'progress' || data.progress.what !== 'with checkpoints') return;
        this.terminate();
        document.documentElement.dataset['midway'] = 'yes';
      });
    }
  };
}

/**
 * What a reader sees of a finished tutorial: a table, claims, and beside each curve its words and its table.
 *
 * @param {Page} page
 * @throws {Error} for what is missing
 */
export async function expectShown(page) {
  const seen = await page.locator(island).evaluate((place) => ({
    tables: place.querySelectorAll('table caption').length,
    claims: place.querySelectorAll('li strong').length,
    plots: place.querySelectorAll('.tutorial-plot canvas').length,
    described: place.querySelectorAll('.tutorial-plot[role="img"][aria-label]').length,
    behind: place.querySelectorAll('figure details table').length,
    images: place.querySelectorAll('.tutorial-images canvas').length,
    named: place.querySelectorAll('.tutorial-images canvas[role="img"][aria-label]').length,
  }));
  const isWhole =
    seen.tables > 0 &&
    seen.claims > 0 &&
    seen.plots + seen.images > 0 &&
    seen.described === seen.plots &&
    seen.behind === seen.plots &&
    seen.named === seen.images;
  if (!isWhole) throw new Error(`a part is missing: ${JSON.stringify(seen)}`);
}
