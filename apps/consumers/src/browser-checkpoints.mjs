// Checkpoints in a real browser: two tabs on one run, a quota that is used up, a page without a right to storage.
import { join } from 'node:path';
import { bundleFor } from './bundle.mjs';
import { withPage } from './chromium.mjs';

/** @import { Page, Frame } from 'playwright-core' */

const RUN = 'indexeddb://run';

/**
 * Saves, resumes and is refused as `saveCheckpoint` says, in two tabs of one browser.
 *
 * @param {string} browser - the program of the browser
 * @returns {Promise<string>} a note
 * @throws {Error} with what came instead
 */
export async function checkpointsInTabs(browser) {
  const program = await bundleFor('browser', join(import.meta.dirname, '..', 'pages', 'checkpoints.ts'));
  const page = '<!doctype html><meta charset="utf-8"><title>running</title><link rel="icon" href="data:,">';
  const inlined = `${page}<script type="module">${program.replaceAll('</script', '<\\/script')}</script>`;
  const files = {
    '/': { type: 'text/html', body: `${page}<script type="module" src="/program.js"></script>` },
    '/program.js': { type: 'text/javascript', body: program },
    '/inlined': { type: 'text/html', body: inlined },
    '/sandboxed': { type: 'text/html', body: `${page}<iframe sandbox="allow-scripts" src="/inlined"></iframe>` },
  };
  return withPage({ browser, files }, async (first, url) => {
    const second = await first.context().newPage();
    for (const tab of [first, second]) await opened(tab, url);
    await twoTabs(first, second);
    await usedUpQuota(second);
    await deniedStorage(first, url);
    return 'the second tab reads, may neither save nor delete; a full quota and denied storage keep the old one';
  });
}

/** @param {Page} first @param {Page} second */
async function twoTabs(first, second) {
  await call(first, 'train', 3);
  expectText(await call(first, 'save', RUN), /^done 3$/);
  const ahead = await call(first, 'train', 3);
  expectText(await call(second, 'restore', RUN), /^done 3$/);
  if ((await call(second, 'train', 3)) !== ahead) throw new Error('the second tab does not go on with the bits of the first');
  expectText(await call(second, 'save', RUN), /^CheckpointLockedError: \[models\] .*got another tab.*Restoring works all the same/);
  expectText(await call(second, 'remove', RUN), /^CheckpointLockedError: \[models\] .*got another tab/);
  expectText(await call(second, 'save', RUN, true), /^done 6$/);
  expectText(await call(first, 'save', RUN), /^CheckpointLockedError: .*took it over/);
  await second.reload(); // a tab that ends lets go
  await ready(second);
  expectText(await call(first, 'release', RUN), /^done/);
  expectText(await call(first, 'save', RUN), /^done 6$/);
  expectText(await call(first, 'remove', RUN), /^done true$/);
  expectText(await call(first, 'remove', RUN), /^done false$/);
  expectText(await call(first, 'restore', RUN), /^ModelFileError: \[models\] there must be a checkpoint in 'indexeddb:\/\/run', got none/);
}

/** @param {Page} page */
async function usedUpQuota(page) {
  expectText(await call(page, 'useSmallBucket', 2 ** 20), /^done/);
  expectText(await call(page, 'train', 2), /./);
  expectText(await call(page, 'save', RUN), /^done 2$/);
  expectText(
    await call(page, 'saveLarge', RUN, 16),
    /^CheckpointWriteError: \[models\] .*no room is left.*The checkpoint before it, if any, is whole/,
  );
  expectText(await call(page, 'restore', RUN), /^done 2$/);
}

/** @param {Page} page @param {string} url */
async function deniedStorage(page, url) {
  await page.goto(`${url}sandboxed`);
  const frame = page.frames().find((one) => one.url().endsWith('/inlined'));
  if (frame === undefined) throw new Error('no frame');
  await ready(frame);
  expectText(await call(frame, 'save', RUN), /^CheckpointWriteError: \[models\] .*SecurityError.*Private windows/);
  expectText(await call(frame, 'restore', RUN), /^Error: \[models\] .*must be open to this page.*Private windows/);
}

/** @param {Page} page @param {string} url */
async function opened(page, url) {
  await page.goto(url);
  await ready(page);
}

/** @param {Page | Frame} page */
async function ready(page) {
  await page.waitForFunction("document.title === 'ready'", undefined, { timeout: 60_000 });
}

/**
 * @param {Page | Frame} page
 * @param {string} name - of a function of `tab` in pages/checkpoints.ts
 * @param {...(string | number | boolean)} args
 * @returns {Promise<string>}
 */
async function call(page, name, ...args) {
  return String(await page.evaluate(`globalThis.tab[${JSON.stringify(name)}](...${JSON.stringify(args)})`));
}

/** @param {string} text @param {RegExp} pattern */
function expectText(text, pattern) {
  if (!pattern.test(text)) throw new Error(`${pattern} was expected, got ${text.slice(0, 400)}`);
}
