import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { debianProblem } from './debian-machine.mjs';
import { unpackPins } from './debian-packages.mjs';
import { readPins } from './debian-pins.mjs';
import { inCache } from './folders.mjs';
import { findGpuDriver } from './gpu-driver.mjs';
import { say, SetupError } from './say.mjs';
import { readStamp, writeStamp } from './stamp.mjs';

/** Where Debian's libraries lie inside an unpacked folder. */
export const libraries = /** @param {string} folder */ (folder) => join(folder, 'usr', 'lib', 'x86_64-linux-gnu');

/**
 * Mesa's CPU driver for Vulkan, unpacked from pinned Debian packages: real `shader-f16` on a machine without a GPU.
 *
 * @returns {Promise<Record<string, string>>} the environment that makes a program use it
 * @throws {SetupError} where it cannot be had
 */
export async function lavapipe() {
  const problem = await debianProblem();
  if (problem) throw new SetupError(problem);
  const folder = inCache('lavapipe');
  await unpackPins(await readPins('lavapipe'), folder);
  await runtimeFolder();
  return lavapipeEnvironment(folder, await writeDriverFile(folder), inCache());
}

/**
 * Pure part of `lavapipe`.
 *
 * @param {string} folder
 * @param {string} driverFile
 * @param {string} home - the cache folder; Mesa would keep compiled shaders in the user's own
 * @returns {Record<string, string>}
 */
export function lavapipeEnvironment(folder, driverFile, home) {
  return {
    VK_DRIVER_FILES: driverFile,
    LD_LIBRARY_PATH: libraries(folder),
    XDG_RUNTIME_DIR: join(home, 'runtime'),
    MESA_SHADER_CACHE_DIR: join(home, 'mesa'),
  };
}

/**
 * The environment in which WebGPU works on this machine: empty where it has a driver of its own, lavapipe's where it has none.
 *
 * @returns {Promise<{ env: Record<string, string>, driver: string | undefined, problem?: string }>} `problem` says in one line why there is none and what still works
 */
export async function gpuEnvironment() {
  const driver = await findGpuDriver();
  if (driver) return { env: {}, driver };
  try {
    return { env: await lavapipe(), driver: "Mesa's CPU driver" };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const problem = `No GPU driver was found and Mesa's CPU driver cannot be had: ${error.message}. WebGPU is off; the emulate plug-in, the codecs and loss scaling still work.`;
    say(problem);
    return { env: {}, driver: undefined, problem };
  }
}

/**
 * Writes the file that names the driver to the Vulkan loader. It holds an absolute path, so it is checked on each run: the repository may have moved.
 *
 * @param {string} folder
 * @returns {Promise<string>}
 */
async function writeDriverFile(folder) {
  const file = inCache('lavapipe.icd.json');
  const content = JSON.stringify({
    file_format_version: '1.0.0',
    ICD: { library_path: join(libraries(folder), 'libvulkan_lvp.so'), api_version: '1.4.305' },
  });
  if ((await readStamp(file)) !== content) await writeStamp(file, content);
  return file;
}

/** A folder for sockets that the user alone can read, as Mesa and Chromium want it. */
export async function runtimeFolder() {
  const folder = inCache('runtime');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return folder;
}
