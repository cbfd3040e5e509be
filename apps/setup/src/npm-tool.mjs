import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from './folders.mjs';
import { runTool } from './run-command.mjs';
import { say, SetupError } from './say.mjs';
import { toolEnvironment } from './tool-environment.mjs';

/** @typedef {{ readonly version: string, readonly integrity: string, readonly bin: Readonly<Record<string, string>>, readonly size: string }} NpmPin */

const pinFile = new URL('pins/npm-tools.json', import.meta.url);

/**
 * Brings one npm package, without dependencies, at the version and hash of the pin table.
 *
 * npm checks the hash, because it stands in a lock file. Does nothing where that version is in place already.
 *
 * @param {string} name - a name of the pin table
 * @param {string} folder - where in the cache folder
 * @returns {Promise<string>} the package's folder
 * @throws {SetupError} if npm cannot bring it
 */
export async function bringNpmTool(name, folder) {
  /** @type {Record<string, NpmPin>} */
  const pins = JSON.parse(await readFile(pinFile, 'utf8'));
  const pin = pins[name];
  if (!pin) throw new Error(`[setup] no pin for ${name}. Add it to pins/npm-tools.json.`);
  const home = inCache(folder);
  const installed = join(home, 'node_modules', name);
  if ((await versionIn(installed)) === pin.version) return installed;
  say(`Fetching ${name} ${pin.version} from the npm registry: ${pin.size} into ${home}`);
  await mkdir(home, { recursive: true });
  for (const [file, content] of Object.entries(lockedProject(name, pin)))
    await writeFile(join(home, file), `${JSON.stringify(content, null, 2)}\n`);
  const [npm, ...first] = npmCommand();
  const code = await runTool(npm, [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: home,
    env: toolEnvironment(),
  });
  if (code !== 0 || (await versionIn(installed)) !== pin.version) {
    throw new SetupError(
      `npm could not bring ${name} ${pin.version} (exit code ${code}). Check the network and the npm registry, then run the same command again.`,
    );
  }
  return installed;
}

/**
 * A project with one locked dependency: npm itself then refuses a package with another hash.
 *
 * @param {string} name
 * @param {NpmPin} pin
 */
export function lockedProject(name, { version, integrity, bin }) {
  const dependencies = { [name]: version };
  const project = { name: 'halftone-setup', private: true, dependencies };
  const locked = { version, integrity, bin };
  return {
    'package.json': project,
    'package-lock.json': {
      name: project.name,
      lockfileVersion: 3,
      requires: true,
      packages: { '': project, [`node_modules/${name}`]: locked },
    },
  };
}

/** @returns {[string, ...string[]]} the npm that called us, or else the one on the path */
function npmCommand() {
  const caller = process.env['npm_execpath'];
  return caller?.endsWith('npm-cli.js') ? [process.execPath, caller] : ['npm'];
}

/** @param {string} folder */
async function versionIn(folder) {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).version.replace(/^v/, ''); // Node's own package writes v24.9.0
  } catch {
    return undefined;
  }
}
