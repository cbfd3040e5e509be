import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment } from './child-environment.mjs';
import { inCache, root } from './folders.mjs';
import { runCheckHeard } from './run-command.mjs';

/** @import { gpuEnvironment } from './lavapipe.mjs' */
/** @import { Outcome } from './test-job.mjs' */

/**
 * Runs the vitest projects that this machine can run. Without a GPU driver the project `gpu` is one skip, or a failure where HALFTONE_REQUIRE lists vulkan.
 *
 * @param {readonly string[]} args
 * @param {Awaited<ReturnType<typeof gpuEnvironment>>} gpu
 * @returns {Promise<Outcome>}
 */
export async function runVitest(args, gpu, { node = process.execPath, projects = ['pure', 'cpu', 'gpu'] } = {}) {
  const isMissing = projects.includes('gpu') && gpu.driver === undefined;
  const isRequired = (process.env['HALFTONE_REQUIRE'] ?? '').split(',').includes('vulkan');
  const runnable = isMissing ? projects.filter((name) => name !== 'gpu') : projects;
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
    env: childEnvironment({ ...process.env, HALFTONE_TALLY: tallyFile }, gpu.env),
  });
  const tally = await readFile(tallyFile, 'utf8').then(JSON.parse, () => ({
    passed: 0,
    failed: 1,
    skipped: 0,
    skips: [],
    reasons: ['vitest did not finish'],
  }));
  const skips = [...needsIn(stderr), ...tally.skips];
  if (isMissing) skips.push(`all tests on a GPU: ${gpu.problem}`);
  const failed = tally.failed + (isMissing && isRequired ? 1 : 0) || (code === 0 ? 0 : 1);
  return { passed: tally.passed, failed, skipped: tally.skipped + (isMissing && !isRequired ? 1 : 0), skips };
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
