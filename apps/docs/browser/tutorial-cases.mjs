import { numberFaults } from './number-tolerances.mjs';
import { onPage } from './open-page.mjs';
import { closeTabMidway, expectShown, runTutorial } from './tutorial-use.mjs';

/** @import { Page } from 'playwright-core' */
/** @import { BuiltPage } from './built-pages.mjs' */
/** @import { Case } from './lanes.mjs' */
/** @import { NodeFindings } from './node-findings.mjs' */

/**
 * What a tutorial's page says on purpose, beside doing it.
 *
 * @type {Readonly<Record<string, readonly RegExp[]>>}
 */
const says = { 'op-lists': [/console warning: \[loss-scale\] the loss scale should stay at 1 or above/] }; // it trains with lists that overflow, to show it

/** Tutorials that go on after their tab was closed. */
const resumes = ['transfer'];

/**
 * Every tutorial page, run in this browser and compared with Node.
 *
 * @param {readonly BuiltPage[]} pages - of the site
 * @param {NodeFindings} inNode
 * @returns {readonly Case[]}
 */
export function tutorialCases(pages, inNode) {
  return tutorialPages(pages).map(({ path }) => {
    const name = path.split('/').at(-2) ?? '';
    return {
      name: `the tutorial ${name} runs${resumes.includes(name) ? ', goes on after its tab was closed' : ''}, keeps its promises, and finds what Node finds`,
      run: async (open, site) => {
        const use = /** @param {Page} page */ async (page) => useTutorial(resumes.includes(name) ? await closeTabMidway(page) : page);
        const found = await onPage(open, site, path, use, { says: says[name] ?? [] });
        const broken = found.claims.filter(({ holds }) => !holds).map(({ what, found }) => `does not hold: ${what} (${found})`);
        const faults = numberFaults(found.numbers, (await inNode.of(name)).numbers);
        if (broken.length + faults.length > 0) throw new Error([...broken, ...faults].join('\n'));
        return `${found.claims.length} promises, ${Object.keys(found.numbers).length} numbers, ${found.seconds} s in the worker on ${found.device}`;
      },
    };
  });
}

/** @param {readonly BuiltPage[]} pages */
function tutorialPages(pages) {
  const found = pages.filter(({ path }) => /^\/tutorials\/[^/]+\/$/.test(path));
  if (found.length === 0)
    throw new Error('[docs] the site has no page of a tutorial, got none in /tutorials/. Build it: npm run docs -- --build');
  return found;
}

/**
 * @param {Page} page - of a tutorial
 */
export async function useTutorial(page) {
  const found = await runTutorial(page);
  await expectShown(page);
  return found;
}
