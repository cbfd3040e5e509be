import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from './child-environment.mjs';
import { addTallies, closingLine, nothing, tallyOf } from './closing-line.mjs';
import { debianProblem } from './debian-machine.mjs';
import { root } from './folders.mjs';
import { kerasProblem } from './keras.mjs';
import { provide, requiredNeeds } from './needs.mjs';
import { shadersFor } from './shader-settings.mjs';
import { orOneLine } from './say.mjs';
import { allowedMinutes } from './suite-clock.mjs';
import { npmTest, suites } from './suites.mjs';
import { buildWorkspace, installWorkspace } from './workspace.mjs';

/** @import { Suite } from './suites.mjs' */
/** @import { Tally } from './closing-line.mjs' */
/** @typedef {{ readonly tally: Tally, readonly why?: string }} Outcome */
/** @typedef {Outcome & { readonly suite: Suite, readonly seconds: number }} Row */

/**
 * All checks: `npm test`, then the long suites in their order. The last line is the sum of their closing lines.
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
    const elapsedMinutes = () => performance.now() / 60_000;
    const cores = availableParallelism();
    const chosen = suites.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
    /** @type {Row[]} */
    const rows = [];
    if (names.length === 0) rows.push(await timed(npmTest, () => runScript(npmTest, { env: process.env, minutes: 25 })));
    await installWorkspace('all');
    await buildWorkspace(['./packages/*', '@halftone/demo', '@halftone/bench', '@halftone/keras-proof', '@halftone/tutorials']);
    /** @type {Map<Suite, Promise<Row>>} */
    const running = new Map();
    for (const [index, suite] of chosen.entries()) {
      const inParallel = suite.beside ? cores : 1;
      while ([...running.keys()].some((other) => !other.beside) || running.size >= inParallel) await Promise.race(running.values());
      const minutes = allowedMinutes(suite, { later: chosen.slice(index + 1), cores, elapsedMinutes: elapsedMinutes() });
      const run = timed(suite, () => runSuite(suite, minutes)).then((row) => (rows.push(row), running.delete(suite), row));
      running.set(suite, run);
    }
    await Promise.all(running.values());
    console.log('');
    for (const { suite, tally, seconds, why } of rows) {
      const over = seconds > 60 * suite.budgetMinutes ? `over its budget of ${suite.budgetMinutes} minutes` : undefined;
      console.log([`${suite.name}: ${closingLine(tally)}, ${seconds} s`, over, why].filter(Boolean).join('. '));
    }
    const sum = addTallies(rows.map(({ tally }) => tally));
    console.log(closingLine(sum));
    process.exitCode = sum.failed === 0 ? 0 : 1;
  });
}

/**
 * @param {Suite} suite
 * @param {() => Promise<Outcome>} run
 * @returns {Promise<Row>}
 */
async function timed(suite, run) {
  if (!suite.beside) console.log(`\n=== ${suite.name}`);
  const start = performance.now();
  return { suite, ...(await run()), seconds: Math.round((performance.now() - start) / 1000) };
}

/** @returns {Promise<string[]>} */
async function whatThisMachineProvides() {
  const fetched = (await debianProblem()) ? [] : ['vulkan', 'browser', 'tensorflow'];
  const python = (await kerasProblem()) ? [] : ['keras'];
  return [...fetched, ...python, ...(process.env['HALFTONE_SHARED'] ? ['shared'] : [])];
}

/**
 * @param {Suite} suite
 * @param {number} minutes - when it is ended
 * @returns {Promise<Outcome>}
 */
async function runSuite(suite, minutes) {
  if (!existsSync(join(root, suite.script[0] ?? '')))
    return { tally: { ...nothing, skipped: 1 }, why: `skipped: ${suite.script[0]} does not exist` };
  /** @type {Record<string, string | undefined>} */
  let env = { ...process.env };
  for (const need of suite.needs) {
    const provision = await provide(need);
    if (provision.problem && requiredNeeds().has(need))
      return { tally: { ...nothing, failed: 1 }, why: `${need} is required: ${provision.problem}` };
    if (provision.problem) return { tally: { ...nothing, skipped: 1 }, why: `skipped, needs ${need}: ${provision.problem}` };
    env = childEnvironment(env, { ...provision.env, ...(suite.shaders ? shadersFor(suite.shaders, provision.env) : {}) });
  }
  return runScript(suite, { env, minutes });
}

/**
 * Runs a script, shows what it prints and reads its closing line. What runs beside others is shown whole when it ends. Past its time it is ended and has failed.
 *
 * @param {Suite} suite
 * @param {{ readonly env: Record<string, string | undefined>, readonly minutes: number }} how
 * @returns {Promise<Outcome>}
 */
function runScript({ name, script, beside = false }, { env, minutes }) {
  const isAlone = !beside;
  const child = spawn(process.execPath, [...script], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', isAlone ? 'inherit' : 'pipe'],
    detached: true,
  });
  let output = '';
  let shown = '';
  const hear = /** @param {string} text */ (text) => void (isAlone ? process.stdout.write(text) : (shown += text));
  child.stdout?.setEncoding('utf8').on('data', (text) => (hear(text), (output += text)));
  child.stderr?.setEncoding('utf8').on('data', hear);
  let isLate = false;
  const stop = /** @param {NodeJS.Signals} signal */ (signal) => void (child.pid && process.kill(-child.pid, signal)); // its own children too
  const timer = setTimeout(() => ((isLate = true), stop('SIGTERM')), minutes * 60_000);
  const onInterrupt = () => (stop('SIGINT'), process.exit(130));
  const onTerminate = () => (stop('SIGTERM'), process.exit(143));
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onTerminate);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      if (!isAlone) process.stdout.write(`\n=== ${name}\n${shown}`);
      const tally = tallyOf(output, isLate ? 1 : (code ?? 1));
      resolve(isLate ? { tally, why: `ended after ${Math.round(minutes)} minutes, so that all end within the hour` } : { tally });
    });
  });
}
