import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from './child-environment.mjs';
import { addTallies, closingLine, nothing, tallyOf } from './closing-line.mjs';
import { debianProblem } from './debian-machine.mjs';
import { root } from './folders.mjs';
import { kerasProblem } from './keras.mjs';
import { provide, requiredNeeds } from './needs.mjs';
import { orOneLine } from './say.mjs';
import { suites } from './suites.mjs';
import { buildWorkspace, installWorkspace } from './workspace.mjs';

/** @import { Suite } from './suites.mjs' */
/** @import { Tally } from './closing-line.mjs' */

/**
 * All checks: `npm test`, then the long suites one after the other. The last line is the sum of their closing lines.
 *
 * Everything that this kind of machine can provide is required, unless HALFTONE_REQUIRE says otherwise: a skip of it is a failure.
 *
 * @param {readonly string[]} names - only suites whose name contains one of these; none means all and `npm test`
 */
export function ciJob(names) {
  return orOneLine(async () => {
    const data = join(root, '..', 'shared');
    if (!process.env['HALFTONE_SHARED'] && existsSync(data)) process.env['HALFTONE_SHARED'] = data;
    process.env['HALFTONE_REQUIRE'] ??= (await whatThisMachineProvides()).join();
    /** @type {{ name: string, tally: Tally, seconds: number, why?: string }[]} */
    const rows = [];
    const note = /** @type {(name: string, run: () => Promise<{ tally: Tally, why?: string }>) => Promise<void>} */ (
      async (name, run) => {
        console.log(`\n=== ${name}`);
        const start = performance.now();
        rows.push({ name, ...(await run()), seconds: Math.round((performance.now() - start) / 1000) });
      }
    );
    if (names.length === 0)
      await note('npm test', () => runScript({ script: ['apps/setup/src/test.mjs'], budgetMinutes: 25 }, process.env));
    await installWorkspace('all');
    await buildWorkspace(['./packages/*', '@halftone/demo', '@halftone/bench', '@halftone/keras-proof']);
    for (const suite of suites) {
      if (names.length === 0 || names.some((name) => suite.name.includes(name))) await note(suite.name, () => runSuite(suite));
    }
    console.log('');
    for (const { name, tally, seconds, why } of rows) console.log(`${name}: ${closingLine(tally)}, ${seconds} s${why ? `. ${why}` : ''}`);
    const sum = addTallies(rows.map(({ tally }) => tally));
    console.log(closingLine(sum));
    process.exitCode = sum.failed === 0 ? 0 : 1;
  });
}

/** @returns {Promise<string[]>} */
async function whatThisMachineProvides() {
  const fetched = (await debianProblem()) ? [] : ['vulkan', 'browser', 'tensorflow'];
  const python = (await kerasProblem()) ? [] : ['keras'];
  return [...fetched, ...python, ...(process.env['HALFTONE_SHARED'] ? ['shared'] : [])];
}

/**
 * @param {Suite} suite
 * @returns {Promise<{ tally: Tally, why?: string }>}
 */
async function runSuite(suite) {
  if (!existsSync(join(root, suite.script[0] ?? '')))
    return { tally: { ...nothing, skipped: 1 }, why: `skipped: ${suite.script[0]} does not exist` };
  /** @type {Record<string, string | undefined>} */
  let env = { ...process.env };
  for (const need of suite.needs) {
    const provision = await provide(need);
    if (provision.problem && requiredNeeds().has(need))
      return { tally: { ...nothing, failed: 1 }, why: `${need} is required: ${provision.problem}` };
    if (provision.problem) return { tally: { ...nothing, skipped: 1 }, why: `skipped, needs ${need}: ${provision.problem}` };
    env = childEnvironment(env, provision.env);
  }
  return runScript(suite, env);
}

/**
 * Runs a script, shows what it prints and reads its closing line. Past its budget it is ended and has failed.
 *
 * @param {Pick<Suite, 'script' | 'budgetMinutes'>} suite
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<{ tally: Tally, why?: string }>}
 */
function runScript({ script, budgetMinutes }, env) {
  const child = spawn(process.execPath, [...script], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    output += text;
  });
  let isLate = false;
  const stop = /** @param {NodeJS.Signals} signal */ (signal) => void (child.pid && process.kill(-child.pid, signal)); // its own children too
  const timer = setTimeout(() => ((isLate = true), stop('SIGTERM')), budgetMinutes * 60_000);
  process.once('SIGINT', () => (stop('SIGINT'), process.exit(130)));
  process.once('SIGTERM', () => (stop('SIGTERM'), process.exit(143)));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      const tally = tallyOf(output, isLate ? 1 : (code ?? 1));
      resolve(isLate ? { tally, why: `ended after its budget of ${budgetMinutes} minutes` } : { tally });
    });
  });
}
