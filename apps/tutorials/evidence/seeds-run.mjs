import { fullRun, sourcesOf } from './full-run.mjs';

const SEEDS = [1, 2, 3, 4];

/**
 * The evidence that a tutorial's promise is no luck of its seed: full length on real data from four seeds. The control is float32 against float32:
 * TensorFlow adds up in another order than WebGPU, and what that alone changes is noise. A seed passes when all that its page promises holds on both.
 *
 * @param {string} name - of the program
 * @param {string} unit - of the numbers that are compared: what stands behind the policy's name
 * @returns {{ name: string, sources: readonly string[], run(options: { onProgress(progress: unknown): void }): Promise<{ passed: boolean, details: unknown }> }}
 */
export function seedsEvidence(name, unit) {
  return {
    name: `tutorial-${name}-seeds`,
    sources: sourcesOf(name, ['webgpu', 'node']),
    run: async ({ onProgress }) => {
      const runs = [];
      for (const seed of SEEDS) {
        const once = (/** @type {string} */ plugin) =>
          fullRun([name, '--length', 'full', '--seed', String(seed), '--plugin', plugin, '--json'], (line) =>
            onProgress(`seed ${seed}, ${plugin}: ${line}`),
          );
        runs.push(compared(seed, { webgpu: await once('webgpu'), node: await once('node'), unit }));
      }
      return { passed: runs.every(({ passed }) => passed), details: { unit, runs } };
    },
  };
}

/**
 * @param {number} seed
 * @param {{ readonly webgpu: any, readonly node: any, readonly unit: string }} results
 */
function compared(seed, { webgpu, node, unit }) {
  const of = (/** @type {any} */ { numbers }) => Object.fromEntries(Object.entries(numbers).filter(([key]) => key.endsWith(`.${unit}`)));
  const [here, there] = [of(webgpu), of(node)];
  const float32 = here[`float32.${unit}`];
  const gaps = Object.fromEntries(Object.entries(here).map(([key, value]) => [key, value - float32]));
  const failed = [...webgpu.claims, ...node.claims].filter(({ holds }) => !holds).map(({ what, found }) => `${what}: ${found}`);
  return { seed, passed: failed.length === 0, failed, webgpu: here, node: there, gaps, control: there[`float32.${unit}`] - float32 };
}
