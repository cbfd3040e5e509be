import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import { environmentFor } from '../../consumers/src/environment.mjs';
import { Missing } from '../../consumers/src/verdicts.mjs';
import { root } from '../../setup/src/folders.mjs';
import { kinds } from './kinds.mjs';
import { LineReporter } from './line-reporter.mjs';

/** @import { KindName } from './kinds.mjs' */
/** @import { BrowserTally } from './line-reporter.mjs' */

/** What came out. @typedef {{ readonly tallies: Readonly<Record<string, BrowserTally>>, readonly unhandled: readonly string[], readonly absent: readonly Missing[], readonly seconds: number }} Found */

/**
 * Runs test files in browsers, side by side where there are two.
 *
 * @param {readonly string[]} files - paths from the root
 * @param {{ readonly browsers: readonly KindName[], readonly print?: (line: string) => void }} options
 * @returns {Promise<Found>}
 * @throws {Missing} where set-up brings no browser at all
 */
export async function runInBrowsers(files, { browsers, print = console.log }) {
  const env = await environmentFor(['browser']);
  const has = (/** @type {KindName} */ name) => Boolean(env[kinds[name].variable]);
  const absent = browsers.filter((name) => !has(name)).map((name) => new Missing('browser', `set-up brought no ${kinds[name].variable}`));
  const project = browsers.filter(has);
  for (const name of project) process.env[kinds[name].variable] = env[kinds[name].variable]; // the config asks for them, and vitest reads it twice
  const reporter = new LineReporter(print);
  const start = performance.now();
  if (project.length > 0 && files.length > 0) {
    const config = join(import.meta.dirname, '..', 'vitest.config.ts');
    const exitCode = process.exitCode;
    const vitest = await startVitest('test', [...files], { config, root, project, watch: false, reporters: [reporter] });
    await vitest.close();
    process.exitCode = exitCode; // a failed test sets it: the caller does, too
  }
  return { tallies: reporter.tallies, unhandled: reporter.unhandled ?? [], absent, seconds: (performance.now() - start) / 1000 };
}
