// Real MNIST, five seeds, three ways of training each: is mixed precision as accurate as float32? Hours on a CPU driver; goes on where it stopped.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** All that decides the numbers; how the demo talks about them does not. */
const sources = [
  ...['autocast', 'float16', 'loss-scale', 'optimizer', 'policy', 'webgpu'].map((name) => `packages/${name}/src`),
  ...['backend', 'batch-order', 'counting', 'evaluation', 'five-seeds', 'network', 'outcome', 'run-spec'].map(demoFile),
  ...['scale-watch', 'training-run', 'training-steps'].map(demoFile),
  ...['idx-file', 'image-set', 'mnist', 'random'].map((name) => `apps/data/src/${name}.ts`),
];

/**
 * Trains, and judges: paired mean difference within 0.5 points, no mixed training below 95 %, plain half fails, peak at most 0.75 of stock's.
 *
 * @param {{ readonly resume: boolean, onProgress(progress: unknown): void }} options
 * @returns {Promise<{ passed: boolean, details: unknown }>}
 * @throws {Error} if HALFTONE_SHARED has no MNIST or the demo is not built
 */
async function run({ resume, onProgress }) {
  const folder = join(process.env.HALFTONE_SHARED ?? '', 'data', 'mnist');
  if (!process.env.HALFTONE_SHARED || !existsSync(folder))
    throw new Error(`[demo] HALFTONE_SHARED must name a folder with data/mnist, got ${process.env.HALFTONE_SHARED ?? 'nothing'}. Set it.`);
  const built = join(import.meta.dirname, '../dist/five-seeds.mjs');
  if (!existsSync(built)) throw new Error(`[demo] the demo must be built, got no ${built}. Run npm start once.`);
  const { fiveSeeds } = await import(built);
  return fiveSeeds({ folder, resume, onProgress, key: stateOfCode(), stateFile: join(root, '.cache/evidence/mnist-five-seeds.json') });
}

/** The sources as committed: an interrupted run goes on only with the same code. */
function stateOfCode() {
  const listed = execFileSync('git', ['ls-tree', '-r', 'HEAD', '--', ...sources], { cwd: root, maxBuffer: 2 ** 26 });
  return createHash('sha256').update(listed).digest('hex');
}

/** @param {string} name */
function demoFile(name) {
  return `apps/demo/src/${name}.ts`;
}

export const evidence = { name: 'mnist-five-seeds', sources, run };
