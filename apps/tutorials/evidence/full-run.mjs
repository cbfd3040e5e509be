import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const built = join(import.meta.dirname, '../dist/cli.mjs');
const MOST_POINTS = 60; // of a curve that is kept

/** What every program stands on; a tutorial adds its own file and what else it uses. */
const common = [
  ...['autocast', 'float16', 'loss-scale', 'models', 'optimizer', 'policy'].map((name) => `packages/${name}/src`),
  ...['grey-png', 'idx-file', 'image-set', 'membrane-files', 'mnist', 'random', 'text-data', 'text-file'].map(
    (name) => `apps/data/src/${name}.ts`,
  ),
];

/**
 * Files whose change makes a tutorial's result old.
 *
 * @param {string} name - of the program
 * @param {readonly string[]} plugins - that it ran on
 * @returns {readonly string[]}
 */
export const sourcesOf = (name, plugins) => [
  ...common,
  ...plugins.map((plugin) => `packages/${plugin}/src`),
  ...['', '-finding'].map((part) => `apps/tutorials/src/programs/${name}${part}.ts`),
];

/**
 * The evidence of a tutorial: its program at full length on real data, and whether all that its page promises holds.
 *
 * @param {string} name - of the program
 * @param {{ readonly plugin?: 'webgpu' | 'node' }} [options]
 * @returns {{ name: string, sources: readonly string[], run(options: { resume: boolean, onProgress(progress: unknown): void }): Promise<{ passed: boolean, details: unknown }> }}
 */
export function tutorialEvidence(name, { plugin = 'webgpu' } = {}) {
  return {
    name: `tutorial-${name}`,
    sources: sourcesOf(name, [plugin]),
    run: async ({ onProgress }) => {
      const details = await fullRun([name, '--length', 'full', '--plugin', plugin, '--json'], onProgress);
      return { passed: details.claims.every((/** @type {{ holds: boolean }} */ { holds }) => holds), details: thinned(details) };
    },
  };
}

/**
 * @param {readonly string[]} args
 * @param {(progress: unknown) => void} onProgress
 * @returns {Promise<any>} what `--json` prints
 */
export function fullRun(args, onProgress) {
  if (!process.env.HALFTONE_SHARED)
    throw new Error('[tutorials] HALFTONE_SHARED must name a folder with the real data, got nothing. Set it.');
  if (!existsSync(built)) throw new Error(`[tutorials] the tutorials must be built, got no ${built}. Run npm run tutorials once.`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [built, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let answer = '';
    let said = '';
    child.stdout.on('data', (chunk) => (answer += chunk));
    child.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-3000);
      onProgress(String(chunk).trim());
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const last = answer.trim().split('\n').at(-1) ?? '';
      if (last.startsWith('{')) resolve(JSON.parse(last));
      else reject(new Error(`[tutorials] ${args[0]} must end with a finding, got ${signal ?? code}. It said last:\n${said}`));
    });
  });
}

/** @param {any} details */
function thinned(details) {
  const few = (/** @type {readonly unknown[]} */ points) => {
    const every = Math.ceil(points.length / MOST_POINTS);
    return points.filter((_, i) => i % every === 0 || i === points.length - 1);
  };
  const curves = details.curves.map((/** @type {any} */ curve) => ({
    ...curve,
    series: curve.series.map((/** @type {any} */ one) => ({ ...one, points: few(one.points) })),
  }));
  return { ...details, curves };
}
