import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @import { Ending, Verdict } from './verdicts.mjs' */
/** What was found for each case in each place. @typedef {Readonly<Record<string, Readonly<Record<string, Ending>>>>} Results */

const folder = join(import.meta.dirname, '..', 'results');

/**
 * The verdicts of cases that stand in the README, by case and place.
 *
 * Pure.
 *
 * @param {readonly Verdict[]} verdicts - named `place: case`
 * @param {(name: string) => boolean} isKept - whether a case is worth a row
 * @returns {Results}
 */
export function resultsOf(verdicts, isKept) {
  /** @type {Record<string, Record<string, Ending>>} */
  const results = {};
  for (const { name, ending } of verdicts) {
    const [place = '', what = ''] = name.split(/: (.*)/s);
    if (isKept(what)) (results[what] ??= {})[place] = ending;
  }
  return results;
}

/**
 * Where a run differs from the results that were kept. What the run skipped says nothing.
 *
 * Pure.
 *
 * @param {Results} kept
 * @param {Results} found
 * @returns {string[]} one line a difference
 */
export function differences(kept, found) {
  return Object.entries(found).flatMap(([what, places]) =>
    Object.entries(places)
      .filter(([place, ending]) => ending !== 'skipped' && kept[what]?.[place] !== ending)
      .map(([place, ending]) => `${place}: ${what} ${ending}, kept is ${kept[what]?.[place] ?? 'nothing'}`),
  );
}

/**
 * Writes what a whole run found, or holds it against what was written.
 *
 * @param {'consumers' | 'browsers'} name
 * @param {Results} found
 * @param {{ readonly update: boolean }} how
 * @throws {Error} if they differ
 */
export async function keepResults(name, found, { update }) {
  const file = join(folder, `${name}.json`);
  if (update) return writeFile(file, `${JSON.stringify(found, null, 2)}\n`);
  const lines = differences(JSON.parse(await readFile(file, 'utf8').catch(() => '{}')), found);
  if (lines.length > 0)
    throw new Error(`${lines.join('\n')}\nIf that is right: run the same command with -- --update, then npm run readme.`);
}
