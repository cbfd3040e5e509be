import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from './child-environment.mjs';
import { root } from './folders.mjs';
import { gpuEnvironment } from './lavapipe.mjs';
import { runJob } from './run-command.mjs';
import { orOneLine, SetupError } from './say.mjs';
import { buildWorkspace, installWorkspace } from './workspace.mjs';

/**
 * `npm start`: installs what the demo needs, builds it, finds or brings a GPU driver, and hands over to the demo.
 *
 * @param {readonly string[]} args - go to the demo as they are
 */
export function startJob(args) {
  return orOneLine(async () => {
    await installWorkspace('demo');
    await buildWorkspace(['@halftone/demo...']);
    const { env } = await gpuEnvironment();
    const demo = join(root, 'apps', 'demo', 'dist', 'cli.mjs');
    if (!existsSync(demo)) throw new SetupError(`the demo was not built, ${demo} is missing. Run: npm test`);
    await runJob(process.execPath, [demo, ...args], { env: childEnvironment(process.env, env) });
  });
}
