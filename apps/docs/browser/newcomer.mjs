import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onPage } from './open-page.mjs';
import { PlaygroundUse } from './playground-use.mjs';

/** @import { Case } from './lanes.mjs' */

const mostSeconds = 120;

/**
 * Somebody who has never been here: from the start page to a trained model, by the largest button and the next one, within two minutes.
 *
 * @param {string} folder - for a picture of each step
 * @returns {Case}
 */
export function newcomerCase(folder) {
  return {
    name: `a newcomer gets from the start page to a trained model within ${mostSeconds} s`,
    run: (open, site) =>
      onPage(open, site, '/', async (page) => {
        await mkdir(folder, { recursive: true });
        const start = performance.now();
        let pictures = 0;
        const picture = () => page.screenshot({ path: join(folder, `newcomer-${(pictures += 1)}.png`) });
        const seconds = () => (performance.now() - start) / 1000;
        await picture();
        await page.getByRole('link', { name: 'Train something now' }).click();
        const use = new PlaygroundUse(page);
        await use.until('idle');
        await picture();
        await use.button('Train').click();
        await use.untilStep(1);
        const first = seconds();
        await picture();
        await use.untilStep(60);
        await picture();
        await use.until('done');
        const took = seconds();
        await use.place.locator('[data-results]').scrollIntoViewIfNeeded();
        await picture();
        if (took > mostSeconds) throw new Error(`it took ${took.toFixed(0)} s, the first step ${first.toFixed(0)} s`);
        return `${took.toFixed(0)} s, the first step after ${first.toFixed(0)} s; ${pictures} pictures in ${folder}`;
      }),
  };
}
