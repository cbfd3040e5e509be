import { checks } from './checks.mjs';
import { addTallies, closingLine } from './closing-line.mjs';
import { allNeeds, provide, requiredNeeds } from './needs.mjs';
import { runCheck } from './run-command.mjs';
import { orOneLine, say } from './say.mjs';
import { tensorflowAtHand } from './tensorflow-addon.mjs';
import { runVitest } from './vitest-run.mjs';
import { installWorkspace } from './workspace.mjs';

/** @import { Tally } from './closing-line.mjs' */
/** What one step of `npm test` found. @typedef {Tally & { readonly skips: readonly string[] }} Outcome */

/**
 * `npm test [-- filter]`: every check of the house, or with arguments only the vitest run that they choose.
 *
 * A failing check does not stop the others. The last line is the sum; what was skipped stands above it with the reason.
 *
 * @param {readonly string[]} args - go to vitest as they are
 */
export function testJob(args) {
  return orOneLine(async () => {
    await installWorkspace('all');
    const vulkan = await provide('vulkan');
    const wanted = args.length > 0 ? allNeeds() : allNeeds().filter((need) => need !== 'keras'); // which long tests alone ask for
    for (const need of wanted) if (need !== 'vulkan' && requiredNeeds().has(need)) Object.assign(process.env, await required(need));
    const tensorflow = requiredNeeds().has('tensorflow') ? await provide('tensorflow') : await tensorflowAtHand();
    const outcomes = args.length > 0 ? [] : await runChecks();
    const wished = args.length > 0 ? { projects: ['pure', 'cpu', 'gpu', 'long', 'tensorflow'] } : {}; // whoever names a long one gets it
    outcomes.push(await runVitest(args, { vulkan, tensorflow }, wished));
    const sum = addTallies(outcomes);
    for (const skip of outcomes.flatMap(({ skips }) => skips)) console.log(`skipped: ${skip}`);
    console.log(closingLine(sum));
    process.exitCode = sum.failed === 0 ? 0 : 1;
  });
}

/**
 * What HALFTONE_REQUIRE lists is brought, so that its tests can run. If it cannot be had, they fail.
 *
 * @param {import('./needs.mjs').Need} need
 */
async function required(need) {
  const { env, problem } = await provide(need);
  if (problem) say(`HALFTONE_REQUIRE lists ${need}: ${problem}`);
  return env;
}

/** @returns {Promise<Outcome[]>} */
async function runChecks() {
  const outcomes = [];
  for (const { name, args } of checks) outcomes.push(await timed(name, () => runCheck(process.execPath, args)));
  return outcomes;
}

/**
 * @param {string} name
 * @param {() => Promise<number>} run - resolves to an exit code
 * @returns {Promise<Outcome>}
 */
async function timed(name, run) {
  const start = performance.now();
  const isGood = (await run()) === 0;
  console.log(`${isGood ? 'passed' : 'FAILED'}: ${name}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0, skips: [] };
}
