import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registryOf } from './registry.mjs';

/** Where a folder has TensorFlow: the wheels since 2.12, npm's libtensorflow, the wheels before (they need Python's library, --preload). */
const layouts = [
  ['libtensorflow_framework.so.2', 'libtensorflow_cc.so.2'],
  ['libtensorflow_framework.so.2', 'libtensorflow.so.2'],
  ['libtensorflow_framework.so.2', 'python/_pywrap_tensorflow_internal.so'],
];

/**
 * What a library has registered and, through an addon that is linked to it, how its kernels compute: with oneDNN, where the processor
 * lets TensorFlow use it, and without.
 * @typedef {readonly import('./measure/inner-maths.mjs').Measurement[]} Measurements
 * @typedef {{ readonly registry: import('./registry.mjs').Registry, readonly measured?: { readonly asIs: Measurements, readonly byEigen: Measurements } }} ReadLibrary
 */

/**
 * @param {string} folder
 * @param {string | undefined} preload
 * @param {string | undefined} addon
 * @returns {Promise<ReadLibrary>}
 */
export async function readLibrary(folder, preload, addon) {
  const libraries = layouts
    .map((names) => names.map((name) => join(folder, name)))
    .find((files) => files.every((file) => existsSync(file)));
  if (!libraries) throw new Error(`[node] the folder has no libtensorflow_cc.so.2 beside libtensorflow_framework.so.2, got ${folder}.`);
  const registry = dumped([...(preload ? [preload] : []), ...libraries]);
  if (addon === undefined) return { registry };
  const measurements = (/** @type {Record<string, string>} */ env) => {
    const result = JSON.parse(run(process.execPath, [join(import.meta.dirname, 'measure/inner-maths.mjs'), addon], env));
    if (result.version === registry.version) return result.measurements;
    throw new Error(`[node] the addon is linked to TensorFlow ${result.version}, the folder has ${registry.version}.`);
  };
  return { registry, measured: { asIs: measurements({}), byEigen: measurements({ TF_ENABLE_ONEDNN_OPTS: '0' }) } };
}

/** Compiles the program and runs it on the libraries. @param {readonly string[]} libraries */
function dumped(libraries) {
  const folder = mkdtempSync(join(tmpdir(), 'node-tables-'));
  try {
    const program = join(folder, 'dump-registries');
    run('c++', ['-std=c++17', '-O1', join(import.meta.dirname, 'dump-registries.cc'), '-ldl', '-o', program]);
    const version = run(program, [folder, ...libraries]);
    return registryOf(
      version.trim().split('\n').at(-1) ?? '',
      readFileSync(join(folder, 'ops.pb')),
      readFileSync(join(folder, 'kernels.pb')),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} program @param {readonly string[]} args @param {Record<string, string>} [env] @returns {string} */
function run(program, args, env) {
  const quiet = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', ...env };
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env: quiet, maxBuffer: 2 ** 26 });
  if (status === 0) return stdout;
  const why = error?.message ?? stderr.trim().split('\n').at(-1);
  throw new Error(`[node] ${program} failed: ${why}.${program === 'c++' ? ' Install a C++ compiler under that name.' : ''}`);
}
