// `npm run docs [-- --build] [--port N]`: builds the site on a machine with Node and npm, and serves it on this machine alone.
import { parseArgs } from 'node:util';
import { nodeVersionProblem } from '../setup/src/node-version.mjs';

const problem = nodeVersionProblem(process.versions.node);
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else await docs();

async function docs() {
  const { buildSite, siteFolder } = await import('./build-site.mjs');
  const { orOneLine, say, SetupError } = await import('../setup/src/say.mjs');
  const { serveSite } = await import('./server/serve-site.mjs');
  await orOneLine(async () => {
    const asked = options();
    if (typeof asked === 'string') throw new SetupError(asked);
    const seconds = await buildSite();
    say(`The site is in ${siteFolder}, built in ${seconds.toFixed(0)} s`);
    if (asked.build) return;
    const { origin } = await serveSite({ folder: siteFolder, port: asked.port }).catch((error) => {
      throw new SetupError(error.message);
    });
    console.log(`Halftone's site: ${origin}/ (Ctrl+C ends it)`);
  });
}

/** @returns {{ build: boolean, port: number } | string} the fault in words, if there is one */
function options() {
  try {
    const { values } = parseArgs({ options: { build: { type: 'boolean', default: false }, port: { type: 'string', default: '4321' } } });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port must be a number up to 65535, got ${values.port}`);
    return { build: values.build, port };
  } catch (error) {
    return `npm run docs takes --build (build, do not serve) and --port N: ${error instanceof Error ? error.message : error}.`;
  }
}
