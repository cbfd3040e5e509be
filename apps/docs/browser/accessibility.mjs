import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** @import { Page } from 'playwright-core' */

/** What axe says of one rule. @typedef {{ readonly id: string, readonly help: string, readonly nodes: readonly { readonly html: string, readonly failureSummary?: string }[] }} Violation */

/** The success criteria of WCAG 2.2, levels A and AA, as axe calls them. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
/** What colours and widths can change: the rest of a page is the same in all its looks. */
const lookRules = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Judges an open page by axe, with all rules of WCAG 2.2 AA or with those that colours and the width of the screen decide.
 *
 * @param {Page} page
 * @param {'all' | 'looks'} rules
 * @returns {Promise<string[]>} a line for each part of the page that breaks a rule
 */
export async function axeFaults(page, rules) {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(source);
  const runOnly = rules === 'all' ? { type: 'tag', values: tags } : { type: 'rule', values: lookRules };
  const options = { runOnly, resultTypes: ['violations'], preload: false };
  const { violations } = /** @type {{ violations: Violation[] }} */ (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`));
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ html, failureSummary = '' }) => `${id} (${help}): ${html.slice(0, 200)} ${failureSummary.replaceAll(/\s+/g, ' ').slice(0, 240)}`,
    ),
  );
}
