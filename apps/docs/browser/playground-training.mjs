import { readFile } from 'node:fs/promises';
import { axeFaults } from './accessibility.mjs';
import { expect, expectEqual, expectNone } from './expectations.mjs';
import { pressOn } from './keyboard.mjs';
import { expectStill } from './motion.mjs';
import { expectAsInNode } from './playground-in-node.mjs';
import { PlaygroundUse } from './playground-use.mjs';

/** @import { Locator, Page } from 'playwright-core' */
/** @import { PlayReport } from './playground-use.mjs' */

const steps = 40;

/**
 * A whole training by keyboard: set up, trained, paused, reloaded, resumed at its step, finished, saved in half, reported.
 *
 * @param {Page} page - of the playground, just opened
 * @param {{ readonly codec: string | undefined }} kind - what the browser stores halves as
 * @returns {Promise<string>} a note
 */
export async function trainByKeyboard(page, { codec }) {
  const use = new PlaygroundUse(page);
  await use.begin();
  await use.setMore({ Batch: '16', Steps: String(steps), 'Checkpoint every': '50' });
  expect(page.url(), new RegExp(`steps=${steps}`), 'the address');
  await use.press('Train');
  await use.untilStep(3);
  const early = await use.pixels();
  await expectStill(page);
  await use.untilStep(6);
  await use.press('Pause');
  await use.until('paused');
  const late = await use.pixels();
  if (late === early || late === '') throw new Error('the charts do not move');
  const paused = await use.step();
  await page.reload({ waitUntil: 'load' });
  await use.begin();
  await use.press(`Go on from step ${paused}`);
  await use.until('done');
  const report = await use.report();
  expectEqual(report.resumedAt, paused, 'the step that it went on from');
  expectEqual(report.device.codec, codec, 'what halves are stored as');
  const note = expectTrained(report);
  const compared = await expectAsInNode(report);
  await expectSavedInHalf(page, use);
  await expectReportSaved(page, use, report);
  await expectChartsTold(use.place);
  expectNone(await axeFaults(page, 'all'));
  return `paused and resumed at step ${paused}; ${note}; ${compared}`;
}

/**
 * Losses fall in both runs, from every step to the next there is a record, and mixed precision holds fewer bytes.
 *
 * @param {PlayReport} report
 */
function expectTrained({ format, phase, runs, summaries }) {
  expectEqual(
    [format, phase, runs.map(({ policy }) => policy)],
    ['halftone-playground', 'done', ['float32', 'mixed_float16']],
    'the report',
  );
  const falls = runs.map(({ policy, records }) => {
    expectEqual(
      records.map(({ step }) => step),
      Array.from({ length: steps }, (_, i) => i + 1),
      `the steps of ${policy}`,
    );
    const mean = (/** @type {typeof records} */ part) => part.reduce((sum, { loss }) => sum + (loss ?? NaN), 0) / part.length;
    const [first, last] = [mean(records.slice(0, 5)), mean(records.slice(-5))];
    if (!(last < 0.9 * first)) throw new Error(`the loss of ${policy} goes from ${first} to ${last}`);
    return `${policy} ${first.toFixed(3)} → ${last.toFixed(3)}`;
  });
  const [float32, mixed] = summaries;
  if (!float32 || !mixed) throw new Error('no summaries');
  const ratios = [mixed.peakBytes / float32.peakBytes, mixed.heldBytes / float32.heldBytes];
  if (!((ratios[0] ?? NaN) < 0.9 && (ratios[1] ?? NaN) < 1)) throw new Error(`bytes of mixed to float32: ${ratios.join(', ')}`);
  return `loss ${falls.join(', ')}; peak ${(mixed.peakBytes / 2 ** 20).toFixed(1)} of ${(float32.peakBytes / 2 ** 20).toFixed(1)} MiB`;
}

/**
 * @param {Page} page
 * @param {PlaygroundUse} use
 */
async function expectSavedInHalf(page, use) {
  await use.press('Save the model in half');
  const links = use.place.locator('[data-downloads] a[download]');
  await links.first().waitFor({ timeout: 60_000 });
  const sizes = new Map();
  for (const link of await links.all()) {
    const file = await downloaded(page, () => pressOn(page, link));
    sizes.set(file.name, file.bytes);
  }
  const [, topology] = [...sizes].find(([name]) => name.endsWith('.json')) ?? [];
  const { weightsManifest } = JSON.parse(topology?.toString('utf8') ?? '{}');
  const numbers = weightsManifest[0].weights.reduce(
    (/** @type {number} */ sum, /** @type {{ shape: number[] }} */ { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  const [, weights] = [...sizes].find(([name]) => name.endsWith('.bin')) ?? [];
  const perNumber = (weights?.length ?? NaN) / numbers;
  if (!(perNumber >= 2 && perNumber < 2.2)) throw new Error(`${weights?.length} bytes for ${numbers} numbers`);
}

/**
 * @param {Page} page
 * @param {PlaygroundUse} use
 * @param {PlayReport} report - as the page shows it
 */
async function expectReportSaved(page, use, report) {
  const { bytes } = await downloaded(page, () => use.press('Download the report'));
  const saved = JSON.parse(bytes.toString('utf8'));
  expectEqual(saved.runs, report.runs, 'the runs of the saved report');
}

/**
 * Beside every chart stand a sentence and a table.
 *
 * @param {Locator} place
 */
async function expectChartsTold(place) {
  const told = await place.evaluate((island) =>
    [...island.querySelectorAll('.playground-charts > *')].map((figure) => ({
      canvas: figure.querySelectorAll('canvas').length,
      caption: (figure.querySelector('figcaption')?.textContent ?? '').length,
      rows: figure.querySelectorAll('table tr').length,
    })),
  );
  const silent = told.filter(({ canvas, caption, rows }) => canvas !== 1 || caption < 20 || rows < 3);
  if (told.length < 4 || silent.length > 0) throw new Error(`charts: ${JSON.stringify(told)}`);
}

/**
 * @param {Page} page
 * @param {() => Promise<void>} act
 * @returns {Promise<{ name: string, bytes: Buffer }>}
 */
async function downloaded(page, act) {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), act()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}
