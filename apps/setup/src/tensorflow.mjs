import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from './folders.mjs';
import { bringNpmTool } from './npm-tool.mjs';
import { readTool } from './run-command.mjs';
import { say, SetupError } from './say.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';
import { bringWheel } from './wheel.mjs';

/** What the addon needs of the wheel: the two libraries, and the headers of TensorFlow's C interface. */
const parts = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/c/*',
  'tensorflow/include/tensorflow/core/platform/ctstring*',
  'tensorflow/include/tsl/platform/ctstring*',
  'tensorflow/include/xla/tsl/c/*',
];

/**
 * The native half of tfjs-node, where its own prebuilt library cannot be downloaded or is too old: TensorFlow from the
 * Python wheel, the addon compiled from tfjs-node's published sources.
 *
 * Takes about 1 GB of the cache folder and a minute, once.
 *
 * @returns {Promise<Record<string, string>>} HALFTONE_TENSORFLOW, the addon; `placeTensorflow` of tensorflow-addon.mjs puts it where tfjs-node looks
 * @throws {SetupError} where it cannot be had
 */
export async function tensorflow() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetupError(`it is prepared for Linux on amd64, this is ${process.platform} on ${process.arch}`);
  const built = await builtTensorflow();
  if (built) return built;
  const { pin, folder, addon, stamp, wanted } = await plan();
  const library = await unpackWheel(pin, folder);
  const sources = join(await bringNpmTool('@tensorflow/tfjs-node', 'tensorflow/tfjs-node'), 'binding');
  const headers = join(await bringNpmTool('node-api-headers', 'tensorflow/headers'), 'include');
  const files = (await readdir(sources)).filter((name) => name.endsWith('.cc')).map((name) => join(sources, name));
  const flags = ['-std=c++17', '-O2', '-shared', '-fPIC', '-w', '-DNAPI_VERSION=8', `-I${headers}`, `-I${join(library, 'include')}`];
  const linked = [`-L${library}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', `-Wl,-rpath,${library}`];
  say('Compiling the addon of tfjs-node.');
  const { code, stderr } = await readTool('c++', [...flags, ...files, ...linked, '-o', addon]);
  if (code !== 0) throw new SetupError(`it needs a C++ compiler named c++ (${stderr.trim().split('\n')[0] || 'none found'})`);
  await writeStamp(stamp, wanted);
  return { HALFTONE_TENSORFLOW: addon };
}

/**
 * The addon, where `tensorflow` has made it in an earlier run and would make the same again.
 *
 * @returns {Promise<Record<string, string> | undefined>}
 */
export async function builtTensorflow() {
  const { addon, stamp, wanted } = await plan();
  return (await readStamp(stamp)) === wanted && existsSync(addon) ? { HALFTONE_TENSORFLOW: addon } : undefined;
}

async function plan() {
  const pin = JSON.parse(await readFile(new URL('pins/wheel.json', import.meta.url), 'utf8'));
  const folder = inCache('tensorflow');
  const wanted = hashOf([pin.sha256, folder, await readFile(new URL('pins/npm-tools.json', import.meta.url))]); // the addon knows the folder by its path
  return { pin, folder, addon: join(folder, 'tfjs_binding.node'), stamp: join(folder, 'stamp'), wanted };
}

/**
 * @param {import('./wheel.mjs').WheelPin} pin
 * @param {string} folder
 * @returns {Promise<string>} TensorFlow's folder
 */
async function unpackWheel(pin, folder) {
  const library = join(folder, 'tensorflow');
  const stamp = join(folder, 'wheel-stamp');
  if ((await readStamp(stamp)) === pin.sha256) return library;
  if ((await readTool('unzip', ['-v'])).code !== 0) throw new SetupError('it needs the program unzip');
  say(
    `Fetching TensorFlow ${pin.version} from the Python package index: ${Math.ceil(pin.size / 1e6)} MB, about 1 GB unpacked, into ${folder}`,
  );
  const wheel = await bringWheel(pin, join(folder, 'download'));
  const fresh = join(folder, 'new');
  await rm(fresh, { recursive: true, force: true });
  const { code, stderr } = await readTool('unzip', ['-qo', wheel, ...parts, '-d', fresh]);
  if (code !== 0) throw new SetupError(`unzip could not unpack the wheel: ${stderr.trim().split('\n')[0]}`);
  await rm(library, { recursive: true, force: true });
  await rename(join(fresh, 'tensorflow'), library);
  await rm(fresh, { recursive: true, force: true });
  await rm(join(folder, 'download'), { recursive: true, force: true });
  await writeStamp(stamp, pin.sha256);
  return library;
}
