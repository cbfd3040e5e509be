import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache, root } from './folders.mjs';
import { bringNpmTool } from './npm-tool.mjs';
import { runTool } from './run-command.mjs';
import { say, SetupError } from './say.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';
import { toolEnvironment } from './tool-environment.mjs';

/**
 * What each job needs of the workspace. `size` is what an empty store downloads, measured with `du` on the store.
 * @typedef {{ readonly filters: readonly string[], readonly size: string }} Part
 */
export const parts = /** @type {const} @satisfies {Record<string, Part>} */ ({
  demo: { filters: ['halftone-repository', '@halftone/demo...'], size: 'about 600 MB unpacked' },
  all: { filters: ['!@halftone/docs'], size: 'about 750 MB unpacked' },
  site: { filters: [], size: 'about 1 GB unpacked' },
});

/** From the smallest to the largest: each holds those before it. */
const bySize = Object.keys(parts);

/**
 * Installs the npm packages of one part of the workspace, by the lock file.
 *
 * Skipped where the same lock file was installed before, for this part or a larger one.
 *
 * @param {keyof typeof parts} part
 */
export async function installWorkspace(part) {
  const lock = hashOf(await Promise.all(['pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((file) => readFile(join(root, file)))));
  const stampFile = inCache('stamps', 'workspace');
  const [lockBefore, partBefore] = (await readStamp(stampFile)).split(' ');
  const done =
    lock === lockBefore &&
    bySize.indexOf(partBefore ?? '') >= bySize.indexOf(part) &&
    existsSync(join(root, 'node_modules', '.modules.yaml'));
  if (done) return;
  const pnpm = join(await bringNpmTool('pnpm', 'pnpm'), 'bin', 'pnpm.cjs');
  say(`Installing npm packages by the lock file: ${parts[part].size}, into node_modules and ${inCache('pnpm-store')}`);
  const filters = parts[part].filters.flatMap((filter) => ['--filter', filter]);
  const code = await runTool(process.execPath, [pnpm, 'install', '--frozen-lockfile', '--reporter=append-only', ...filters], {
    env: toolEnvironment(),
  });
  if (code !== 0) {
    throw new SetupError(
      `pnpm could not install the npm packages (exit code ${code}, its own words above). Check the network, then run the same command again.`,
    );
  }
  await writeStamp(stampFile, `${lock} ${part}`);
}

/**
 * Builds packages and what they need. What did not change comes from turbo's cache.
 *
 * @param {readonly string[]} filters - pnpm's filters; empty for the whole workspace
 */
export async function buildWorkspace(filters) {
  await bringNpmTool('pnpm', 'pnpm');
  const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');
  const args = ['run', 'build', ...filters.map((filter) => `--filter=${filter}`), '--output-logs=errors-only', '--continue'];
  const code = await runTool(process.execPath, [turbo, ...args], { env: toolEnvironment() });
  if (code !== 0) throw new SetupError(`The build failed (exit code ${code}, its own words above).`);
}
