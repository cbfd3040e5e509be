import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareHalfChromium } from './chromium-half.mjs';
import { debianProblem } from './debian-machine.mjs';
import { unpackPins } from './debian-packages.mjs';
import { readPins } from './debian-pins.mjs';
import { inCache } from './folders.mjs';
import { lavapipe, libraries, runtimeFolder } from './lavapipe.mjs';
import { say, SetupError } from './say.mjs';
import { readStamp, writeStamp } from './stamp.mjs';

/**
 * Debian's Chromium, unpacked from pinned packages, twice: as it is, whose WebGPU has no `shader-f16` on a machine without a GPU, and on Mesa's driver, whose has.
 *
 * Both are started by a script that brings its libraries along, so that no other program meets them.
 *
 * @returns {Promise<Record<string, string>>} HALFTONE_BROWSER, and HALFTONE_BROWSER_F16 where a C compiler is at hand
 * @throws {SetupError} where it cannot be had
 */
export async function chromium() {
  const problem = await debianProblem();
  if (problem) throw new SetupError(problem);
  const folder = inCache('chromium');
  await unpackPins(await readPins('chromium'), folder);
  const program = join(folder, 'usr', 'lib', 'chromium');
  const plain = await writeStarter('chromium-plain', await starter({ folder, program, env: {} }));
  const driver = await lavapipe();
  const half = await prepareHalfChromium(program).catch((error) => {
    if (!(error instanceof SetupError)) throw error;
    say(`The Chromium with shader-f16 cannot be had: ${error.message}. The one without it works.`);
  });
  if (!half) return { HALFTONE_BROWSER: plain };
  const env = {
    HALFTONE_LAVAPIPE: join(driver['LD_LIBRARY_PATH'] ?? '', 'libvulkan_lvp.so'),
    LD_LIBRARY_PATH: driver['LD_LIBRARY_PATH'] ?? '',
  };
  return {
    HALFTONE_BROWSER: plain,
    HALFTONE_BROWSER_F16: await writeStarter('chromium-half', await starter({ folder, program: half, env })),
  };
}

/**
 * The text of a starter script.
 *
 * Without the sandbox: it needs root's help, which an unpacked browser has not; these browsers open pages of this repository alone.
 *
 * @param {{ readonly folder: string, readonly program: string, readonly env: Readonly<Record<string, string>> }} parts
 * @returns {Promise<string>}
 */
async function starter({ folder, program, env }) {
  const home = inCache('chromium-home');
  const { LD_LIBRARY_PATH: first, ...rest } = env;
  const settings = {
    ...rest,
    LD_LIBRARY_PATH: [first, libraries(folder)].filter(Boolean).join(':'),
    FONTCONFIG_FILE: await writeFonts(folder),
    XDG_RUNTIME_DIR: await runtimeFolder(),
    MESA_SHADER_CACHE_DIR: inCache('mesa'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
  };
  const lines = Object.entries(settings).map(([name, value]) => `export ${name}='${value}'`);
  return [
    '#!/bin/sh',
    '# Written by apps/setup; a part of the cache folder.',
    ...lines,
    `exec '${join(program, 'chromium')}' --no-sandbox "$@"`,
    '',
  ].join('\n');
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {Promise<string>} the script's path
 */
async function writeStarter(name, text) {
  const file = inCache(name);
  if ((await readStamp(file)) !== text) await writeStamp(file, text);
  await chmod(file, 0o755);
  return file;
}

/**
 * Fonts by their unpacked place; Debian's own configuration names places below the root.
 *
 * @param {string} folder
 */
async function writeFonts(folder) {
  const file = inCache('chromium-fonts.conf');
  const cacheFolder = inCache('chromium-home', 'fonts');
  await mkdir(cacheFolder, { recursive: true });
  const text = `<?xml version="1.0"?><fontconfig><dir>${join(folder, 'usr', 'share', 'fonts')}</dir><cachedir>${cacheFolder}</cachedir></fontconfig>\n`;
  if ((await readStamp(file)) !== text) await writeStamp(file, text);
  return file;
}
