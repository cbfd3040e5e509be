import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment } from './child-environment.mjs';
import { inCache, root } from './folders.mjs';
import { requiredNeeds } from './needs.mjs';
import { shadersFor } from './shader-settings.mjs';
import { runCheckHeard } from './run-command.mjs';

/** @import { Need, Provision } from './needs.mjs' */
/** @import { Outcome } from './test-job.mjs' */

/** @type {Readonly<Record<string, { readonly need: Need, readonly words: string }>>} */
const projectNeeds = {
  gpu: { need: 'vulkan', words: 'all tests on a GPU' },
  long: { need: 'vulkan', words: 'long tests on a GPU' },
  tensorflow: { need: 'tensorflow', words: 'all tests on TensorFlow' },
};

/**
 * Runs the vitest projects that this machine can run. A project whose need is not met is one skip, or a failure where HALFTONE_REQUIRE lists the need.
 *
 * @param {readonly string[]} args
 * @param {Partial<Record<Need, Provision>>} provisions
 * @returns {Promise<Outcome>}
 */
export async function runVitest(args, provisions, { node = process.execPath, projects = ['pure', 'cpu', 'gpu', 'tensorflow'] } = {}) {
  const missing = missingIn(projects, provisions);
  const runnable = projects.filter((name) => !missing.some(({ project }) => project === name));
  const tallyFile = inCache('tally.json');
  await mkdir(inCache(), { recursive: true });
  await rm(tallyFile, { force: true });
  const reporter = join(root, 'apps', 'setup', 'src', 'tally-reporter.mjs');
  const chosen = runnable.flatMap((name) => ['--project', name]);
  const vitest = [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...chosen,
    '--reporter=default',
    `--reporter=${reporter}`,
    '--passWithNoTests',
    ...args,
  ];
  const { code, stderr } = await runCheckHeard(node, vitest, {
    env: Object.values(provisions).reduce(
      (env, provision) => childEnvironment(env, { ...provision.env, ...shadersFor('quick', provision.env) }),
      /** @type {NodeJS.ProcessEnv} */ ({ ...process.env, HALFTONE_TALLY: tallyFile }),
    ),
  });
  const tally = await readFile(tallyFile, 'utf8').then(JSON.parse, () => ({
    passed: 0,
    failed: 1,
    skipped: 0,
    skips: [],
    reasons: ['vitest did not finish'],
  }));
  const skips = [...needsIn(stderr), ...tally.skips, ...missing.map(({ words }) => words)];
  const required = missing.filter(({ isRequired }) => isRequired).length;
  const failed = tally.failed + required || (code === 0 ? 0 : 1);
  return { passed: tally.passed, failed, skipped: tally.skipped + missing.length - required, skips };
}

/**
 * The projects that cannot be run, with the reason.
 *
 * @param {readonly string[]} projects
 * @param {Partial<Record<Need, Provision>>} provisions
 * @param {ReadonlySet<string>} [required] - the needs whose skips are failures
 * @returns {{ readonly project: string, readonly words: string, readonly isRequired: boolean }[]}
 */
export function missingIn(projects, provisions, required = requiredNeeds()) {
  return projects.flatMap((project) => {
    const { need, words } = projectNeeds[project] ?? {};
    if (need === undefined) return [];
    const { problem } = provisions[need] ?? { problem: `nobody provided ${need}` };
    return problem === undefined ? [] : [{ project, words: `${words}: ${problem}`, isRequired: required.has(need) }];
  });
}

/**
 * What tests said about needs that this machine does not meet, each once. They say it on stderr, see `requireOrSkip`.
 *
 * @param {string} stderr
 * @returns {string[]}
 */
export function needsIn(stderr) {
  return [...new Set([...stderr.matchAll(/^\[testing\] skipped (what needs .*)$/gm)].map(([, words = '']) => words))];
}
