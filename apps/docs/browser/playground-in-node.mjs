import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleFor } from '../../consumers/src/bundle.mjs';
import { environmentFor } from '../../consumers/src/environment.mjs';
import { runTool } from '../../consumers/src/run-tool.mjs';
import { root } from '../../setup/src/folders.mjs';
import { shaderSettings } from '../../setup/src/shader-settings.mjs';

/** How far browsers and Node may be apart: of the first loss, before anything was learnt, and of the mean of the last five. */
const bounds = { first: 1e-3, last: 0.02 };

/** Below a package that has `webgpu`, so that the program finds it. */
const program = join(root, 'apps', 'consumers', 'dist', 'playground-in-node.mjs');

/** @type {Map<string, Promise<Readonly<Record<string, readonly number[]>>>>} */
const asked = new Map();

/**
 * Compares a report of the playground with the same training in Node, on Dawn, which is run once for all browsers.
 *
 * @param {{ readonly settings: unknown, readonly runs: readonly { readonly policy: string, readonly records: readonly { readonly loss: number | null }[] }[] }} report
 * @returns {Promise<string>} a note
 * @throws {Error} for what is too far off
 */
export async function expectAsInNode({ settings, runs }) {
  const key = JSON.stringify(settings);
  const running = asked.get(key) ?? lossesInNode(key);
  asked.set(key, running);
  const inNode = await running;
  const notes = runs.map(({ policy, records }) => {
    const [found, wanted] = [records.map(({ loss }) => loss ?? Number.NaN), inNode[policy] ?? []];
    if (found.length !== wanted.length) throw new Error(`${policy} has ${found.length} steps, in Node ${wanted.length}`);
    const ends = { first: [found.slice(0, 1), wanted.slice(0, 1)], last: [found.slice(-5), wanted.slice(-5)] };
    for (const [when, [here = [], there = []]] of Object.entries(ends)) {
      const gap = Math.abs(mean(here) / mean(there) - 1);
      const bound = bounds[/** @type {keyof typeof bounds} */ (when)];
      if (!(gap <= bound)) throw new Error(`${policy}: the ${when} loss is ${mean(here)}, in Node ${mean(there)} (${bound} is allowed)`);
    }
    return mean(wanted.slice(-5)).toFixed(3);
  });
  return `in Node ${notes.join(' and ')}`;
}

/** @param {string} settings */
async function lossesInNode(settings) {
  await mkdir(dirname(program), { recursive: true });
  await writeFile(program, await bundleFor('node', join(root, 'apps', 'playground', 'dev', 'in-node.ts')));
  const env = { ...(await environmentFor(['vulkan'])), ...shaderSettings['four-lanes'] };
  const output = await runTool(process.execPath, [program, settings], { cwd: root, env });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

/** @param {readonly number[]} numbers */
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
