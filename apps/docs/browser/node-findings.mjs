import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFor } from '../../consumers/src/environment.mjs';
import { runTool } from '../../consumers/src/run-tool.mjs';
import { root } from '../../setup/src/folders.mjs';
import { shaderSettings } from '../../setup/src/shader-settings.mjs';

/** What a tutorial's command prints with `--json`, as far as it is read here. @typedef {{ readonly device: string, readonly seconds: number, readonly claims: readonly { readonly what: string, readonly holds: boolean, readonly found: string }[], readonly numbers: Readonly<Record<string, number | null>> }} TutorialFinding */

const command = join(root, 'apps', 'tutorials', 'dist', 'cli.mjs');

/** The same programs in Node, on Dawn: each is run once, one at a time, whoever asks. */
export class NodeFindings {
  /** @type {Map<string, Promise<TutorialFinding>>} */
  #asked = new Map();
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @param {string} name - of a tutorial
   * @returns {Promise<TutorialFinding>}
   */
  of(name) {
    const known = this.#asked.get(name) ?? this.#last.then(() => findingInNode(name));
    this.#asked.set(name, known);
    this.#last = known.catch(() => undefined);
    return known;
  }
}

/**
 * @param {string} name
 * @returns {Promise<TutorialFinding>}
 */
async function findingInNode(name) {
  if (!existsSync(command))
    throw new Error(`[docs] the tutorials are not built, got no ${command}. Build them with: pnpm -C apps/tutorials build`);
  const env = { ...(await environmentFor(['vulkan'])), ...shaderSettings['four-lanes'] };
  const args = [command, name, '--length', 'glance', '--data', 'drawn', '--plugin', 'webgpu', '--json'];
  const output = await runTool(process.execPath, args, { cwd: root, env });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}
