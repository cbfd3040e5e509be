import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, expectEqual } from './expectations.mjs';
import { chooseFrom, typeInto } from './keyboard.mjs';
import { PlaygroundUse } from './playground-use.mjs';

/** @import { Page } from 'playwright-core' */

/**
 * A device that is lost while it trains: a message, a whole checkpoint, and a training that goes on from it.
 *
 * @param {Page} page - opened with a checkpoint every two steps
 * @returns {Promise<string>}
 */
export async function loseTheDevice(page) {
  const use = new PlaygroundUse(page);
  await use.begin();
  await use.press('Train');
  await use.untilStep(5);
  await use.loseDevice();
  await use.until('lost');
  const words = await use.place.locator('[data-error]').innerText();
  const [, saved = ''] = /The checkpoint of step (\d+) is whole/.exec(words) ?? [];
  if (saved === '') throw new Error(`the page says: ${words}`);
  await use.press(`Go on from step ${saved}`);
  await use.untilStep(Number(saved) + 3);
  expect(await use.place.locator('[data-status]').innerText(), new RegExp(`goes on from step ${saved}`), 'the status');
  await use.press('Stop');
  await use.until('stopped');
  return words;
}

/**
 * Settings go into the address and come back from it.
 *
 * @param {Page} page
 */
export async function settingsInAddress(page) {
  const use = new PlaygroundUse(page);
  await use.begin();
  await chooseFrom(page, use.place.getByLabel('Model', { exact: true }), 'U-Net');
  await use.setMore({ 'Learning rate': '0.004', Steps: '33', Seed: '7' });
  const shown = () =>
    use.place.evaluate((place) =>
      Object.fromEntries(
        [...place.querySelectorAll('select, input[name]')].map((field) => [
          field.getAttribute('name'),
          /** @type {HTMLInputElement} */ (field).value,
        ]),
      ),
    );
  const before = await shown();
  expectEqual([before['model'], before['data'], before['steps'], before['seed']], ['unet', 'membranes', '33', '7'], 'the form');
  const address = page.url();
  await page.goto('about:blank');
  await page.goto(address, { waitUntil: 'load' });
  await use.until('idle');
  expectEqual(await shown(), before, 'the form of the link');
  return new URL(address).search;
}

/**
 * What a link has that does not exist is named, and the rest holds.
 *
 * @param {Page} page - opened with `?model=gpt5&batch=0&steps=9`
 */
export async function badSettings(page) {
  const use = new PlaygroundUse(page);
  await use.begin();
  const words = await use.place.locator('[data-warning]').innerText();
  expect(words, /model must be cnn or unet or transformer, got 'gpt5'/, 'the warning');
  expect(words, /batch must be a whole number from 1 to 256, got '0'/, 'the warning');
  expectEqual(await use.place.locator('input[name="steps"]').inputValue(), '9', 'the steps');
  await use.setMore({ Batch: 'many' });
  await typeInto(page, use.place.getByLabel('Batch', { exact: true }), 'many');
  await use.press('Train');
  expect(await use.place.locator('[data-error]').innerText(), /batch must be a whole number/, 'what Train says');
  return words;
}

/**
 * A visitor's own images: two folders of drawn pictures, read and trained on in the browser.
 *
 * @param {Page} page - opened with `?data=images` and few steps
 */
export async function ownImages(page) {
  const use = new PlaygroundUse(page);
  await use.begin();
  await use.press('Train');
  expect(await use.place.locator('[data-error]').innerText(), /Choose a folder of images first/, 'what Train says without a folder');
  const folder = await mkdtemp(join(tmpdir(), 'halftone-images-'));
  try {
    for (const shape of /** @type {const} */ (['discs', 'squares'])) {
      await mkdir(join(folder, shape));
      const pictures = await page.evaluate(drawPictures, shape);
      for (const [i, base64] of pictures.entries()) await writeFile(join(folder, shape, `${i}.png`), Buffer.from(base64, 'base64'));
    }
    await use.place.locator('input[type="file"]').setInputFiles(folder);
    const status = use.place.locator('[data-folder="ready"]');
    await status.waitFor();
    const words = await status.innerText();
    expect(words, /^24 images of 2 classes: discs, squares\./, 'the folder');
    await use.press('Train');
    await use.until('done');
    return words;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Runs inside the page: twelve small pictures, as PNG in base64.
 *
 * @param {'discs' | 'squares'} shape
 */
function drawPictures(shape) {
  return Array.from({ length: 12 }, (_, i) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 40 });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.fillStyle = '#000';
    context.fillRect(0, 0, 40, 40);
    context.fillStyle = `hsl(${30 * i} 80% 60%)`;
    if (shape === 'squares') context.fillRect(5 + i, 8, 16, 16);
    else context.arc(13 + i, 16, 9, 0, 7);
    context.fill();
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  });
}
