// Three models on real data, three seeds, float32 against mixed_float16 and mixed_bfloat16. About half an hour on a CPU driver; goes on where it stopped.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const memoryFile = join(root, '.cache/evidence/training-curves.json');

/** All that decides the numbers; how the bench talks about them does not. */
const sources = [
  ...['autocast', 'float16', 'loss-scale', 'optimizer', 'policy', 'webgpu'].map((name) => `packages/${name}/src`),
  ...['block-arrays', 'blocks', 'cnn', 'host-array', 'layers-model', 'operations', 'optimizers', 'seeded'].map(modelFile),
  ...['transformer', 'transformer-arrays', 'unet', 'variable-model'].map(modelFile),
  ...['all-curves', 'curve-data', 'curve-spec', 'digits', 'grey-png', 'judge-curves', 'membrane', 'shakespeare', 'shuffled'].map(curveFile),
  ...['train-curve', 'whole-curves'].map(curveFile),
];

/**
 * Trains, and judges: final and held-out loss of both mixed policies within 2 % of float32 from the same seed.
 *
 * @param {{ readonly resume: boolean, onProgress(progress: unknown): void }} options
 * @returns {Promise<{ passed: boolean, details: unknown }>}
 * @throws {Error} if HALFTONE_SHARED has no data or the bench is not built
 */
async function run({ resume, onProgress }) {
  const data = join(process.env.HALFTONE_SHARED ?? '', 'data');
  const lacking = ['mnist', 'membrane', 'tinyshakespeare'].find((name) => !existsSync(join(data, name)));
  if (!process.env.HALFTONE_SHARED || lacking)
    throw new Error(
      `[bench] HALFTONE_SHARED must name a folder with data/${lacking ?? 'mnist'}, got ${process.env.HALFTONE_SHARED ?? 'nothing'}. Set it.`,
    );
  const built = join(import.meta.dirname, '../dist/whole-curves.mjs');
  if (!existsSync(built)) throw new Error(`[bench] the bench must be built, got no ${built}. Run npm run bench once.`);
  if (!resume) rmSync(memoryFile, { force: true });
  const { wholeCurves } = await import(built);
  return wholeCurves({ data, onProgress, memory: { file: memoryFile, key: stateOfCode() } });
}

/** The sources as committed: an interrupted run goes on only with the same code. */
function stateOfCode() {
  const listed = execFileSync('git', ['ls-tree', '-r', 'HEAD', '--', ...sources], { cwd: root, maxBuffer: 2 ** 26 });
  return createHash('sha256').update(listed).digest('hex');
}

/** @param {string} name */
function modelFile(name) {
  return `apps/bench/src/models/${name}.ts`;
}

/** @param {string} name */
function curveFile(name) {
  return `apps/bench/src/curves/${name}.ts`;
}

export const evidence = { name: 'training-curves', sources, run };
