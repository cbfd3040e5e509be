import { cp, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from './folders.mjs';
import { readTool } from './run-command.mjs';
import { say, SetupError } from './say.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

/** What the variant has of its own. The rest are hard links, which take no room. */
const own = new Set(['libvk_swiftshader.so', 'vk_swiftshader_icd.json']);

/**
 * Makes the Chromium folder whose WebGPU computes on lavapipe: SwiftShader's place in it is taken by our shim.
 *
 * Chromium's drawing (ANGLE) keeps the real SwiftShader, which it finds through the driver file.
 *
 * @param {string} program - the folder of the plain Chromium
 * @returns {Promise<string>} the folder of the variant
 * @throws {SetupError} where there is no C compiler
 */
export async function prepareHalfChromium(program) {
  const source = join(import.meta.dirname, 'native', 'half-shader-shim.c');
  const folder = inCache('chromium-half-program');
  const wanted = hashOf([await readFile(source), await readStamp(`${inCache('chromium')}.stamp`)]);
  const stamp = `${folder}.stamp`;
  if ((await readStamp(stamp)) === wanted) return folder;
  say('Compiling the Vulkan shim that gives Chromium shader-f16 on the CPU.');
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await linkTree(program, fresh);
  const compiled = await readTool('cc', [
    '-shared',
    '-fPIC',
    '-O2',
    '-Wall',
    '-fvisibility=hidden',
    '-o',
    join(fresh, 'libvk_swiftshader.so'),
    source,
    '-ldl',
  ]);
  if (compiled.code !== 0)
    throw new SetupError(`it needs a C compiler named cc (${compiled.stderr.trim().split('\n')[0] || 'none found'})`);
  await cp(join(program, 'libvk_swiftshader.so'), join(fresh, 'libvk_swiftshader_gl.so'));
  const driver = { file_format_version: '1.0.0', ICD: { library_path: './libvk_swiftshader_gl.so', api_version: '1.0.5' } };
  await writeFile(join(fresh, 'vk_swiftshader_icd.json'), JSON.stringify(driver));
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  await writeStamp(stamp, wanted);
  return folder;
}

/**
 * @param {string} from
 * @param {string} to
 */
async function linkTree(from, to) {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    else if (entry.isSymbolicLink()) await cp(source, target, { verbatimSymlinks: true });
    else if (!own.has(entry.name)) await link(source, target);
  }
}
