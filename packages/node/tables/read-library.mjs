import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureInnerMaths } from './measure/inner-maths.mjs';
import { registryOf } from './registry.mjs';

/** Where a folder has TensorFlow: the wheels since 2.12, npm's libtensorflow, the wheels before (they need Python's library, --preload). */
const layouts = [
  ['libtensorflow_framework.so.2', 'libtensorflow_cc.so.2'],
  ['libtensorflow_framework.so.2', 'libtensorflow.so.2'],
  ['libtensorflow_framework.so.2', 'python/_pywrap_tensorflow_internal.so'],
];

/**
 * What a library has registered and, through an addon that is linked to it, how its kernels compute.
 * @typedef {{ readonly registry: import('./registry.mjs').Registry, readonly measurements?: readonly import('./measure/inner-maths.mjs').Measurement[] }} ReadLibrary
 */

/**
 * @param {string} folder
 * @param {string | undefined} preload
 * @param {string | undefined} addon
 * @returns {Promise<ReadLibrary>}
 */
export async function readLibrary(folder, preload, addon) {
  const libraries = layouts.map((names) => names.map((name) => join(folder, name))).find((files) => files.every((file) => existsSync(file)));
  if (!libraries) throw new Error(`[node] the folder has no libtensorflow_cc.so.2 beside libtensorflow_framework.so.2, got ${folder}.`);
  const registry = dumped([...(preload ? [preload] : []), ...libraries]);
  if (addon === undefined) return { registry };
  const { version, measurements } = measureInnerMaths(addon);
  if (version !== registry.version) throw new Error(`[node] the addon is linked to TensorFlow ${version}, the folder has ${registry.version}.`);
  return { registry, measurements };
}

/** Compiles the program and runs it on the libraries. @param {readonly string[]} libraries */
function dumped(libraries) {
  const folder = mkdtempSync(join(tmpdir(), 'node-tables-'));
  try {
    const program = join(folder, 'dump-registries');
    run('c++', ['-std=c++17', '-O1', join(import.meta.dirname, 'dump-registries.cc'), '-ldl', '-o', program]);
    const version = run(program, [folder, ...libraries]);
    return registryOf(version.trim().split('\n').at(-1) ?? '', readFileSync(join(folder, 'ops.pb')), readFileSync(join(folder, 'kernels.pb')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} program @param {readonly string[]} args @returns {string} */
function run(program, args) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' } });
  if (status === 0) return stdout;
  throw new Error(`[node] ${program} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}. It needs a C++ compiler named c++.`);
}
