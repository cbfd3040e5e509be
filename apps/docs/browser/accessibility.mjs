import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** @import { Page } from 'playwright-core' */
/** @import { Look } from './page-looks.mjs' */

/** What axe says of one rule. @typedef {{ readonly id: string, readonly help: string, readonly nodes: readonly { readonly html: string, readonly failureSummary?: string }[] }} Violation */

/** The success criteria of WCAG 2.2, levels A and AA, as axe calls them. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
/** What colours can change: the rest of a page is the same in light and dark. */
const colourRules = ['color-contrast', 'link-in-text-block'];

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Judges an open page by axe, with all rules of WCAG 2.2 AA or with those that colours decide.
 *
 * @param {Page} page
 * @param {Look['rules']} rules
 * @returns {Promise<string[]>} a line for each part of the page that breaks a rule
 */
export async function axeFaults(page, rules) {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(source);
  const runOnly = rules === 'all' ? { type: 'tag', values: tags } : { type: 'rule', values: colourRules };
  const options = { runOnly, resultTypes: ['violations'], preload: false };
  const { violations } = /** @type {{ violations: Violation[] }} */ (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`));
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ html, failureSummary = '' }) => `${id} (${help}): ${html.slice(0, 200)} ${failureSummary.replaceAll(/\s+/g, ' ').slice(0, 240)}`,
    ),
  );
}
