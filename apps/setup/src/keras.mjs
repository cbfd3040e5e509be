import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from './folders.mjs';
import { readTool, runTool } from './run-command.mjs';
import { say, SetupError } from './say.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

/** @typedef {{ readonly command: string, readonly version: string }} FoundPython */

const pins = new URL('pins/keras.txt', import.meta.url);

/** 3.11 first: the pins were resolved for it, numpy among them takes none older, and TensorFlow has no wheel for newer ones than 3.13. */
const commands = ['python3.11', 'python3.12', 'python3.13', 'python3'];
const minors = { from: 11, to: 13 };
const howMuch = '280 MB to fetch, 1.6 GB unpacked, half a minute';

/**
 * Keras 3 on TensorFlow in a Python environment of its own, from the Python package index, without root.
 *
 * Takes 1.6 GB of the cache folder and half a minute, once.
 *
 * @returns {Promise<Record<string, string>>} HALFTONE_KERAS_PYTHON, an interpreter that imports them
 * @throws {SetupError} where it cannot be had
 */
export async function keras() {
  const folder = inCache('keras');
  const python = await findPython();
  const stamp = join(folder, 'stamp');
  const wanted = hashOf([await readFile(pins), python.version, folder]); // an environment knows its folder by its path
  const program = join(folder, 'venv', 'bin', 'python');
  if ((await readStamp(stamp)) === wanted && existsSync(program)) return { HALFTONE_KERAS_PYTHON: program };
  say(`Making a Python ${python.version} environment with Keras and TensorFlow: ${howMuch}, into ${folder}`);
  await rm(folder, { recursive: true, force: true });
  const made = await readTool(python.command, ['-m', 'venv', join(folder, 'venv')]);
  if (made.code !== 0) throw new SetupError(`${python.command} cannot make an environment: ${lastLine(made.stdout + made.stderr)}`);
  const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-cache-dir', '--no-deps', '--only-binary=:all:'];
  const code = await runTool(program, [...args, '-r', pins.pathname]);
  if (code !== 0) throw new SetupError(`pip could not bring Keras and TensorFlow (exit code ${code}, its own words above)`);
  await writeStamp(stamp, wanted);
  return { HALFTONE_KERAS_PYTHON: program };
}

/**
 * Why this machine cannot have Keras, without fetching anything.
 *
 * @returns {Promise<string | undefined>}
 */
export async function kerasProblem() {
  try {
    await findPython();
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.message;
  }
}

/** @returns {Promise<FoundPython>} */
async function findPython() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetupError(`Keras is prepared for Linux on amd64, this is ${process.platform} on ${process.arch}`);
  for (const command of commands) {
    const { code, stdout } = await readTool(command, ['-c', 'import ensurepip, venv, sys; print("%d.%d" % sys.version_info[:2])']);
    const [major = 0, minor = 0] = stdout.trim().split('.').map(Number);
    const isKnown = major === 3 && minor >= minors.from && minor <= minors.to;
    if (code === 0 && isKnown) return { command, version: stdout.trim() };
  }
  throw new SetupError(
    `Keras needs Python 3.${minors.from} to 3.${minors.to} with pip and venv, and none was found as ${commands.join(', ')}`,
  );
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}
