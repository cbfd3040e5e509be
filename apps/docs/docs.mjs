// `npm run docs [-- --build] [--port N]`: builds the site on a machine with Node and npm, and serves it on this machine alone.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeVersionProblem } from '../setup/src/node-version.mjs';
import { runTool } from '../setup/src/run-command.mjs';
import { orOneLine, say, SetupError } from '../setup/src/say.mjs';
import { installWorkspace } from '../setup/src/workspace.mjs';
import { serveSite } from './server/serve-site.mjs';

const here = import.meta.dirname;

await orOneLine(async () => {
  const problem = nodeVersionProblem(process.versions.node);
  if (problem) throw new SetupError(problem);
  const { build, port } = options();
  await installWorkspace('site');
  await buildSite();
  if (build) return;
  const { origin } = await serveSite({ folder: join(here, 'dist'), port }).catch((error) => {
    throw new SetupError(error.message);
  });
  console.log(`Halftone's site: ${origin}/   (Ctrl+C ends it)`);
});

function options() {
  try {
    const { values } = parseArgs({ options: { build: { type: 'boolean', default: false }, port: { type: 'string', default: '4321' } } });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port must be a number up to 65535, got ${values.port}`);
    return { build: values.build, port };
  } catch (error) {
    throw new SetupError(`npm run docs takes --build (only build) and --port N: ${error instanceof Error ? error.message : error}.`);
  }
}

async function buildSite() {
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
  say(`The site is in apps/docs/dist, built in ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
