import { decode, encode } from '@halftone/float16';
import { dynamicLossScale } from '@halftone/loss-scale';
import { expect, expectEqual } from './expectations.mjs';
import { chooseFrom, pressOn, skipToText, tabTo } from './keyboard.mjs';

/** @import { Page } from 'playwright-core' */

const names = /** @type {const} */ (['float16', 'bfloat16', 'float8_e4m3fn', 'float8_e5m2']);
const numbers = [0.1, 2049, 65520, 1e-8, 448, -3.5e38];

/**
 * Number formats: typed numbers, their codes and their neighbours are those of the codec; a bit is turned over by arrow keys.
 *
 * @param {Page} page
 */
export async function useFormats(page) {
  const place = page.locator('[data-island="formats"]');
  await place.locator('.ht-format').first().waitFor();
  await skipToText(page);
  const field = place.locator('input.ht-number');
  for (const number of numbers) {
    await tabTo(page, field);
    await page.keyboard.press('Control+A');
    await page.keyboard.type(String(number));
    const shown = await cardsOf(page);
    for (const name of names) {
      const codes = encode([number], name);
      expectEqual(shown[name], { code: codes[0], stored: inWords(decode(codes, name)[0] ?? NaN) }, `${number} in ${name}`);
    }
  }
  await page.keyboard.press('Control+A');
  await page.keyboard.type('1');
  const card = place.locator('.ht-format').filter({ has: page.locator('code', { hasText: /^float16$/ }) });
  await pressOn(page, card.getByRole('button', { name: /^▶/ }));
  expectEqual((await cardsOf(page)).float16, { code: 0x3c01, stored: String(1 + 2 ** -10) }, 'the neighbour above 1');
  await tabTo(page, card.locator('.ht-bit[tabindex="0"]'));
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  expectEqual((await cardsOf(page)).float16, { code: 0xbc01, stored: String(-(1 + 2 ** -10)) }, 'the sign turned over');
  return `${numbers.length} numbers in ${names.length} formats`;
}

/**
 * @param {Page} page
 * @returns {Promise<Record<string, { code: number, stored: string }>>} by format
 */
async function cardsOf(page) {
  const cards = await page.locator('.ht-format').evaluateAll((list) =>
    list.map((card) => ({
      name: card.querySelector('code')?.textContent ?? '',
      code: Number.parseInt(/** @type {HTMLInputElement} */ (card.querySelector('input.ht-hex')).value, 16),
      stored: card.querySelector('.ht-stored')?.textContent ?? '',
    })),
  );
  return Object.fromEntries(cards.map(({ name, code, stored }) => [name, { code, stored }]));
}

/** @param {number} value */
function inWords(value) {
  if (Number.isFinite(value) || Number.isNaN(value)) return Object.is(value, -0) ? '-0' : String(value);
  return value > 0 ? 'infinity' : '-infinity';
}

/**
 * Loss scaling: the slider moves gradients into the range, and a disturbed replay follows the real state machine.
 *
 * @param {Page} page
 */
export async function useLossScale(page) {
  const place = page.locator('[data-island="loss-scale"]');
  const [histogram, replay] = [place.locator('section.ht-part').nth(0), place.locator('section.ht-part').nth(1)];
  await replay.waitFor();
  await skipToText(page);
  await chooseFrom(page, histogram.getByLabel('Gradients of'), 'output of convolution 1');
  const zeros = async () =>
    /of ([\d,]+) gradients.*?, (.*) become zero/.exec(await histogram.locator('.ht-summary').innerText())?.[2] ?? '';
  await tabTo(page, histogram.locator('input[type="range"]'));
  await page.keyboard.press('Home');
  const without = await zeros();
  for (let i = 0; i < 16; i++) await page.keyboard.press('ArrowRight');
  const scaled = await histogram.locator('.ht-summary').innerText();
  expect(scaled, /^Loss times 2¹⁶ = 65,536/, 'the summary');
  expect(scaled, /: of [\d,]+ gradients/, 'the summary');
  expect(scaled, / 0 % become zero| under 0\.1 % become zero/, 'the summary at 2^16');
  if (/^0 %|^$/.test(without)) throw new Error(`without scaling ${without || 'nobody knows how many'} become zero`);
  await chooseFrom(page, replay.getByLabel('Growth interval, steps'), '100');
  const words = await summaryOf(page);
  const step = await replay.locator('input[type="range"]').inputValue();
  if (skippedIn(words).includes(Number(step))) throw new Error(`step ${step} is skipped before anybody disturbs it: ${words}`);
  await pressOn(page, replay.getByRole('button', { name: 'Inject an overflow there' }));
  const disturbed = await summaryOf(page);
  if (!skippedIn(disturbed).includes(Number(step))) throw new Error(`an overflow at step ${step} is not skipped: ${disturbed}`);
  await pressOn(page, replay.locator('summary'));
  const rows = (await replay.locator('tbody tr').allInnerTexts()).map((row) => row.split('\t'));
  const at = rows.findIndex(([first]) => first === step);
  const machine = dynamicLossScale();
  const before = { ...machine.init(), scale: 2 ** exponentOf(rows[at - 1]?.at(-1)) };
  expectEqual(2 ** exponentOf(rows[at]?.at(-1)), machine.next(before, false).scale, `the scale after step ${step}`);
  return `${without} become zero without scaling; ${disturbed}`;
}

/** @param {Page} page */
function summaryOf(page) {
  return page.locator('[data-island="loss-scale"] section.ht-part').nth(1).locator('.ht-summary').innerText();
}

/** @param {string} [power] - as it is printed: 2⁸ */
function exponentOf(power = '') {
  return Number(
    Array.from(power)
      .slice(1)
      .map((sign) => (sign === '⁻' ? '-' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(sign)))
      .join(''),
  );
}

/** @param {string} words */
function skippedIn(words) {
  return (/skipped \(steps? ([\d, ]+)/.exec(words)?.[1] ?? '').split(',').map(Number);
}

/**
 * The device check: what it says is what the browser has, and the probe is right about how the device rounds.
 *
 * @param {Page} page
 * @param {string | undefined} codec
 */
export async function useDeviceCheck(page, codec) {
  const place = page.locator('[data-island="device"]');
  await place.locator('.ht-headline').waitFor();
  const headline = await place.locator('.ht-headline').innerText();
  expect(headline, codec === 'f16' ? /^Yes: this device has float16/ : /^Yes, in packed halves/, 'the headline');
  await skipToText(page);
  await pressOn(page, place.getByRole('button', { name: 'Probe it' }));
  await place
    .getByRole('status')
    .filter({ hasText: /^(Done|The probe broke off)/ })
    .waitFor({ timeout: 120_000 });
  await pressOn(page, place.getByText('The report as JSON'));
  const report = JSON.parse(await place.locator('textarea').inputValue());
  if (report.probe === null) throw new Error(await place.innerText());
  expectEqual(report.probe.capabilities.codecs.float16, codec, 'the codec of the probe');
  const [float32, half] = report.probe.products;
  if (!(half.resultBytes < float32.resultBytes)) throw new Error(`bytes of the product: ${half.resultBytes} and ${float32.resultBytes}`);
  const exact = report.probe.exactSample;
  half.sample.forEach((/** @type {number} */ value, /** @type {number} */ i) => {
    const nearest = decode(encode([exact[i]], 'float16'), 'float16')[0] ?? NaN;
    if (Math.abs(value - nearest) > Math.abs(nearest) * 2 ** -9) throw new Error(`the product in half has ${value} for ${exact[i]}`);
  });
  return `${headline} ${half.resultBytes} bytes of ${float32.resultBytes}`;
}
