import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { root } from './folders.mjs';
import { gpuEnvironment } from './lavapipe.mjs';
import { SetupError } from './say.mjs';

/** What a test may need beyond Node. @typedef {'vulkan' | 'browser' | 'tensorflow' | 'keras' | 'shared'} Need */
/** Whether a need is met: then with which environment, or else why not. @typedef {{ readonly env: Record<string, string>, readonly problem?: string }} Provision */

/** @type {Readonly<Record<Need, () => Promise<Provision>>>} */
const providers = {
  vulkan: async () => {
    const { env, driver, problem } = await gpuEnvironment();
    return driver === undefined ? { env, problem: problem ?? 'no GPU driver' } : { env };
  },
  browser: async () => provided(async () => (await import('./chromium.mjs')).chromium()),
  tensorflow: async () => provided(async () => (await import('./tensorflow-addon.mjs')).workspaceTensorflow()),
  keras: async () => provided(async () => (await import('./keras.mjs')).keras()),
  shared: async () => {
    const folder = process.env['HALFTONE_SHARED'];
    if (!folder || !existsSync(folder)) return { env: {}, problem: 'HALFTONE_SHARED names no folder of real data' };
    return { env: { HALFTONE_SHARED: resolve(root, folder) } };
  },
};

/** @type {Map<Need, Promise<Provision>>} */
const asked = new Map();

/**
 * Brings what a test needs, once in a process.
 *
 * @param {Need} need
 * @returns {Promise<Provision>}
 */
export function provide(need) {
  const known = asked.get(need) ?? providers[need]();
  asked.set(need, known);
  return known;
}

/** @returns {readonly Need[]} */
export function allNeeds() {
  return /** @type {Need[]} */ (Object.keys(providers));
}

/** @returns {ReadonlySet<string>} the needs whose skips are failures */
export function requiredNeeds(list = process.env['HALFTONE_REQUIRE'] ?? '') {
  return new Set(
    list
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  );
}

/**
 * @param {() => Promise<Record<string, string>>} bring
 * @returns {Promise<Provision>}
 */
async function provided(bring) {
  try {
    return { env: await bring() };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { env: {}, problem: error.message };
  }
}
