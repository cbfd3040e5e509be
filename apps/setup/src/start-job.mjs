import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { askedNeeds } from './asked-needs.mjs';
import { childEnvironment } from './child-environment.mjs';
import { root } from './folders.mjs';
import { gpuEnvironment } from './lavapipe.mjs';
import { provide } from './needs.mjs';
import { runJob } from './run-command.mjs';
import { orOneLine, SetupError } from './say.mjs';
import { buildWorkspace, installWorkspace } from './workspace.mjs';

/**
 * `npm start`: installs what the demo needs, builds it, finds or brings a GPU driver and what the arguments ask for, and hands over to the demo.
 *
 * @param {readonly string[]} args - go to the demo as they are
 */
export function startJob(args) {
  return orOneLine(async () => {
    await installWorkspace('demo');
    await buildWorkspace(['@halftone/demo...']);
    let env = childEnvironment(process.env, (await gpuEnvironment()).env);
    for (const need of askedNeeds(args)) {
      const provision = await provide(need);
      if (provision.problem)
        throw new SetupError(`${need} cannot be had: ${provision.problem}. npm start works without the option that asks for it.`);
      env = childEnvironment(env, provision.env);
    }
    const demo = join(root, 'apps', 'demo', 'dist', 'cli.mjs');
    if (!existsSync(demo)) throw new SetupError(`the demo was not built, ${demo} is missing. Run: npm test`);
    await runJob(process.execPath, [demo, ...args], { env });
  });
}
