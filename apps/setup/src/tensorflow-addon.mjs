import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './folders.mjs';
import { builtTensorflow, tensorflow } from './tensorflow.mjs';

/** @import { Provision } from './needs.mjs' */

/** The two packages that take the addon; their JavaScript and their sources of it are the same. */
const takers = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu', 'tfjs-node-gpu']; // the last one is the second under the name that it has in this workspace

/** TensorFlow logs each error of an operation, which tests provoke; what the user has set stays. */
const quiet = { TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '3' };

/**
 * TensorFlow inside this workspace: fetched and compiled where it is not yet, and placed where tfjs-node looks for it.
 *
 * pnpm makes those folders anew when it likes, so this comes after each install; where all is in place it reads a few small files.
 *
 * @returns {Promise<Record<string, string>>} HALFTONE_TENSORFLOW, the addon, and TensorFlow's log level
 * @throws {SetupError} where it cannot be had
 */
export async function workspaceTensorflow() {
  const own = await ownAddon();
  if (own) return { HALFTONE_TENSORFLOW: own, ...quiet };
  for (const folder of await workspaceFolders()) await placeTensorflow(folder);
  return { ...(await tensorflow()), ...quiet };
}

/**
 * TensorFlow for the tests, where an earlier run or the package's own install script brought it. Fetches nothing.
 *
 * @returns {Promise<Provision>}
 */
export async function tensorflowAtHand() {
  if ((await ownAddon()) || (await builtTensorflow())) return { env: await workspaceTensorflow() };
  return {
    env: {},
    problem: 'TensorFlow was never fetched here (about 280 MB, 1 GB unpacked). HALFTONE_REQUIRE=tensorflow npm test does it',
  };
}

/**
 * Puts the addon where an installed tfjs-node or tfjs-node-gpu looks for it. An addon that the package's own install script made stays.
 *
 * @param {string} project - a folder whose node_modules hold tfjs-node, installed with --ignore-scripts
 */
export async function placeTensorflow(project) {
  const { HALFTONE_TENSORFLOW: addon = '' } = await tensorflow();
  for (const taker of takers) {
    const home = join(project, 'node_modules', taker);
    if (!existsSync(home) || (await hasLibrary(home))) continue;
    const place = addonIn(home);
    if (existsSync(place) && (await readFile(place)).equals(await readFile(addon))) continue;
    await mkdir(join(place, '..'), { recursive: true });
    await copyFile(addon, `${place}.${process.pid}`);
    await rename(`${place}.${process.pid}`, place); // a program that has loaded the old one keeps it
  }
}

/** The addon of the workspace's main taker, where its own install script made it. */
async function ownAddon() {
  for (const taker of takers) {
    const home = join(root, 'packages', 'node', 'node_modules', taker);
    if (existsSync(addonIn(home)) && (await hasLibrary(home))) return addonIn(home);
  }
  return undefined;
}

/** pnpm makes a folder of tfjs-node for each set of its peers, so two packages of ours need not have the same. */
async function workspaceFolders() {
  const groups = ['packages', 'apps'].map(async (group) => (await readdir(join(root, group))).map((name) => join(root, group, name)));
  return (await Promise.all(groups)).flat();
}

/**
 * Whether the package's own install script brought a TensorFlow; ours lies elsewhere.
 *
 * @param {string} home
 */
async function hasLibrary(home) {
  const files = await readdir(join(home, 'deps', 'lib')).catch(() => []);
  return files.some((name) => /^(lib)?tensorflow/.test(name));
}

/** @param {string} home */
function addonIn(home) {
  return join(home, 'lib', 'napi-v8', 'tfjs_binding.node');
}
