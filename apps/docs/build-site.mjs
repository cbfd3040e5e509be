import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from '../setup/src/run-command.mjs';
import { say, SetupError } from '../setup/src/say.mjs';
import { installWorkspace } from '../setup/src/workspace.mjs';

/** Where the finished site lies. */
export const siteFolder = join(import.meta.dirname, 'dist');

/**
 * Installs the tools of the site, builds it and checks its links; each step's own words go to stderr.
 *
 * @returns {Promise<number>} the seconds that the build took, installation aside
 * @throws {SetupError} if a step fails: an undocumented export, a missing picture, a broken link, no network
 */
export async function buildSite() {
  await installWorkspace('site');
  const here = import.meta.dirname;
  const astro = join(here, 'node_modules', 'astro', 'astro.js');
  if (!existsSync(astro))
    throw new SetupError(`the tools of the site are not installed, ${astro} is missing. Delete .cache/stamps and run it again.`);
  const start = performance.now();
  const steps = [
    { says: 'Pages from docs/, READMEs and doc comments', args: [join(here, 'prepare.mjs')] },
    { says: 'Building the site', args: [astro, 'build', '--silent'] },
    { says: 'Links, headers', args: [join(here, 'finish.mjs')] },
  ];
  for (const { says, args } of steps) {
    say(says);
    const code = await runTool(process.execPath, args, { cwd: here, env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' } });
    if (code !== 0) throw new SetupError(`the site was not built: "${says}" failed (exit code ${code}, its own words above).`);
  }
  return (performance.now() - start) / 1000;
}
