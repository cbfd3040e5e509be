import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @import { Page } from 'playwright-core' */

/**
 * A visitor of the playground.
 * @typedef {object} Visit
 * @property {Page} page
 * @property {string} url
 * @property {(text: string) => void} say
 * @property {(name: string) => Promise<void>} picture
 * @property {string} scratch - a folder for files
 */

/**
 * What visitors do, by name; each throws where the page does not do as it should.
 *
 * @type {Readonly<Record<string, (visit: Visit) => Promise<void>>>}
 */
export const tours = { first, models, folder, emulate };

/** Trains, pauses, saves in half, reloads, goes on, loses the device, goes on to the end. @param {Visit} visit */
async function first(visit) {
  const { page, url, say, picture } = visit;
  await page.goto(`${url}?steps=30&saveEvery=10`);
  await picture('opened');
  await press(page, 'train');
  await reached(visit, { step: 4 });
  say(await texts(page, '[data-device]'));
  await picture('early');
  await press(page, 'pause');
  await reached(visit, { state: 'paused' });
  await press(page, 'half');
  await page.waitForSelector('[data-downloads] a');
  say(await texts(page, '[data-downloads]'));
  await page.reload();
  await picture('reloaded');
  const step = Number(/step (\d+)/.exec(await texts(page, '[data-saved]'))?.[1]);
  await press(page, 'continue');
  await reached(visit, { step: step + 2 });
  await page.locator('.playground-experiments summary').click();
  await press(page, 'lose-device');
  await reached(visit, { state: 'lost' });
  say(await texts(page, '[data-error]'));
  await picture('lost');
  await press(page, 'continue');
  await reached(visit, { state: 'done' });
  for (const shown of ['[data-summary]', '[data-results]', '[data-warning]']) say(await texts(page, shown));
  await picture('done');
  await page.evaluate(`document.documentElement.dataset.theme = 'dark'`);
  await page.waitForTimeout(300);
  await picture('dark');
  await page.setViewportSize({ width: 360, height: 740 });
  await page.waitForTimeout(300);
  await picture('phone');
  const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
  if (wide > 360) throw new Error(`the page is ${wide} wide at 360`);
}

/** A few steps of the U-Net and of the transformer, from a link with one setting that does not exist. @param {Visit} visit */
async function models(visit) {
  const { page, url, say, picture } = visit;
  for (const model of ['transformer', 'unet']) {
    await page.goto(`${url}?model=${model}&steps=4&batch=x`);
    say(await texts(page, '[data-warning]'));
    await press(page, 'train');
    await reached(visit, { state: 'done' });
    say(await texts(page, '[data-summary]'));
    await picture(model);
  }
}

/** Own images: a folder without classes, then one with two, of which one file is no image. @param {Visit} visit */
async function folder(visit) {
  const { page, url, say, picture, scratch } = visit;
  const place = join(scratch, 'pets');
  for (const [i, name] of ['cat', 'dog'].entries()) {
    await mkdir(join(place, name), { recursive: true });
    for (let n = 0; n < 12; n += 1) await writeFile(join(place, name, `${n}.bmp`), bitmap(i === 0 ? 40 + 3 * n : 200 - 3 * n));
  }
  await writeFile(join(place, 'dog', 'notes.txt'), 'no image');
  await page.goto(`${url}?data=images&steps=3&compare=no&batch=8`);
  await press(page, 'train');
  say(await texts(page, '[data-error]'));
  for (const chosen of [join(place, 'cat'), place]) {
    await page.locator('#playground-folder').setInputFiles(chosen);
    await page.waitForSelector('[data-folder=ready],[data-folder=wrong]');
    say(await texts(page, '[data-folder]'));
  }
  await picture('folder');
  await press(page, 'train');
  await reached(visit, { state: 'done' });
  say(await texts(page, '[data-device]'));
}

/** A few steps where the browser has no WebGPU: `pictures.mjs` starts it without. @param {Visit} visit */
async function emulate(visit) {
  const { page, url, say, picture } = visit;
  await page.goto(`${url}?steps=6`);
  await press(page, 'train');
  await reached(visit, { state: 'done' });
  const backend = await page.locator('.playground').getAttribute('data-backend');
  if (backend !== 'emulate') throw new Error(`emulate was expected, got ${backend}`);
  for (const shown of ['[data-device]', '[data-summary]']) say(await texts(page, shown));
  await picture('emulate');
}

/** @param {Page} page @param {string} action */
async function press(page, action) {
  await page.locator(`[data-action=${action}]`).click();
}

/** @param {Page} page @param {string} selector */
async function texts(page, selector) {
  return (await page.locator(selector).allTextContents()).join(' | ').replaceAll(/\s+/g, ' ');
}

/**
 * Waits until a training is so far.
 *
 * @param {Visit} visit
 * @param {{ readonly step?: number, readonly state?: string }} wanted
 */
async function reached({ page, say }, { step = 0, state }) {
  const root = page.locator('.playground');
  const limit = Date.now() + 100_000;
  for (;;) {
    const [now, at] = [await root.getAttribute('data-state'), Number(await root.getAttribute('data-step'))];
    const isThere = state === undefined ? at >= step : now === state;
    if (isThere) return say(`${now} at step ${at}`);
    if (now === 'failed' || (now === 'lost' && state !== 'lost') || (now === 'done' && state !== 'done') || Date.now() > limit)
      throw new Error(
        `${state ?? `step ${step}`} was expected, got ${now} at step ${at}: ${await texts(page, '[data-error], [data-progress]')}`,
      );
    await page.waitForTimeout(100);
  }
}

/** A picture of one grey, 4x4, in the simplest of formats. @param {number} grey */
function bitmap(grey) {
  const bytes = new Uint8Array(54 + 48).fill(grey);
  const view = new DataView(bytes.buffer);
  bytes.fill(0, 0, 54);
  view.setUint16(0, 0x424d);
  view.setUint32(2, bytes.length, true);
  for (const [at, value] of /** @type {const} */ ([
    [10, 54],
    [14, 40],
    [18, 4],
    [22, 4],
  ]))
    view.setUint32(at, value, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  return bytes;
}
