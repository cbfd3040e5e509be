import { expect } from './expectations.mjs';
import { onPage } from './open-page.mjs';
import { PlaygroundUse } from './playground-use.mjs';
import { useTutorial } from './tutorial-cases.mjs';

/** @import { Case } from './lanes.mjs' */

/**
 * A browser that has no WebGPU: every interactive part says so, and works where it can.
 *
 * @type {readonly Case[]}
 */
export const withoutWebGPUCases = [
  {
    name: 'the device check says that there is no adapter, and what works all the same',
    run: (open, site) =>
      onPage(open, site, '/', async (page) => {
        const words = page.locator('[data-island="device"] .ht-headline');
        await words.waitFor();
        expect(await words.innerText(), /^Not now: this browser has WebGPU, and no graphics adapter/, 'the headline');
        expect(await page.locator('[data-island="device"]').innerText(), /@halftone\/emulate/, 'the advice');
        return words.innerText();
      }),
  },
  {
    name: 'a tutorial runs all the same, emulated, and says so',
    run: (open, site) =>
      onPage(open, site, '/tutorials/three-lines/', async (page) => {
        const { note, claims } = await useTutorial(page);
        expect(note, /halves emulated exactly/, 'the note');
        const missing = claims.filter(({ holds }) => !holds);
        if (missing.length > 0) throw new Error(missing.map(({ what, found }) => `does not hold: ${what} (${found})`).join('\n'));
        return note;
      }),
  },
  {
    name: 'the playground trains all the same, emulated on wasm, and says so',
    run: (open, site) =>
      onPage(open, site, '/playground/?steps=6&batch=8', async (page) => {
        const use = new PlaygroundUse(page);
        await use.begin();
        await use.press('Train');
        await use.until('done');
        const words = await use.place.locator('[data-device]').innerText();
        expect(words, /^No WebGPU here/, 'what it says of the device');
        expect(words, /\(wasm\)/, 'the kernels that it runs on: the site serves the binaries of wasm');
        return words;
      }),
  },
];
