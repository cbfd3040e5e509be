import { numberFaults } from './number-tolerances.mjs';
import { watchedContext } from './page-watch.mjs';
import { expectShown, runTutorial } from './tutorial-use.mjs';

/** @import { Browser } from 'playwright-core' */
/** @import { BuiltPage } from './built-pages.mjs' */
/** @import { Case } from './lanes.mjs' */
/** @import { NodeFindings } from './node-findings.mjs' */
/** @import { Site } from './open-site.mjs' */

/**
 * Every tutorial page, run in this browser and compared with Node.
 *
 * @param {readonly BuiltPage[]} pages - of tutorials
 * @param {NodeFindings} inNode
 * @returns {readonly Case[]}
 */
export function tutorialCases(pages, inNode) {
  return pages.map(({ path }) => {
    const name = path.split('/').at(-2) ?? '';
    return {
      name: `the tutorial ${name} runs, keeps its promises, and finds what Node finds`,
      run: async ({ browser }, site) => {
        const found = await runOn(browser, site, path);
        const broken = found.claims.filter(({ holds }) => !holds).map(({ what, found }) => `does not hold: ${what} (${found})`);
        const faults = numberFaults(found.numbers, (await inNode.of(name)).numbers);
        if (broken.length + faults.length > 0) throw new Error([...broken, ...faults].join('\n'));
        return `${found.claims.length} promises, ${Object.keys(found.numbers).length} numbers, ${found.seconds} s in the worker on ${found.device}`;
      },
    };
  });
}

/**
 * Opens a tutorial in a context of its own, runs it and closes it again.
 *
 * @param {Browser} browser
 * @param {Site} site
 * @param {string} path
 */
export async function runOn(browser, site, path) {
  const { context, watch } = await watchedContext(browser, site.origin);
  try {
    const page = await context.newPage();
    await page.goto(`${site.origin}${path}`, { waitUntil: 'load' });
    const found = await runTutorial(page);
    await expectShown(page);
    watch.expectNothing();
    return found;
  } finally {
    await context.close();
  }
}
