import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readTool, runTool } from './run-command.mjs';
import { SetupError } from './say.mjs';

/**
 * A file of the Python package index.
 * @typedef {{ readonly project: string, readonly version: string, readonly python: string, readonly abi: string, readonly platform: string, readonly file: string, readonly url: string, readonly size: number, readonly sha256: string }} WheelPin
 */

/**
 * Brings a wheel by pip, which knows the machine's mirror, or where there is no pip from the pinned address.
 *
 * @param {WheelPin} pin
 * @param {string} folder
 * @returns {Promise<string>} the file, whose hash is the pinned one
 * @throws {SetupError} if it cannot be had or is another file
 */
export async function bringWheel(pin, folder) {
  await mkdir(folder, { recursive: true });
  const file = join(folder, pin.file);
  const hasPip = (await readTool('python3', ['-m', 'pip', '--version'])).code === 0;
  await (hasPip ? byPip(pin, folder) : byAddress(pin, file));
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash).catch(() => undefined);
  if (hash.digest('hex') !== pin.sha256)
    throw new SetupError(`${pin.file} is not the pinned file; it was fetched ${hasPip ? 'by pip' : `from ${new URL(pin.url).host}`}`);
  return file;
}

/**
 * @param {WheelPin} pin
 * @param {string} folder
 */
async function byPip({ project, version, python, abi, platform, sha256 }, folder) {
  const list = join(folder, 'requirements.txt');
  await writeFile(list, `${project}==${version} --hash=sha256:${sha256}\n`);
  const which = ['--only-binary=:all:', '--python-version', python, '--implementation', 'cp', '--abi', abi, '--platform', platform];
  const args = ['-m', 'pip', 'download', '-q', '--no-deps', '--require-hashes', '--no-cache-dir', ...which, '-d', folder, '-r', list];
  const code = await runTool('python3', args);
  if (code !== 0) throw new SetupError(`pip could not bring ${project} ${version} (exit code ${code})`);
}

/**
 * @param {WheelPin} pin
 * @param {string} file
 */
async function byAddress({ url, project, version }, file) {
  try {
    const { ok, status, body } = await fetch(url);
    if (!ok || !body) throw new Error(`status ${status}`);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(Readable.fromWeb(body), createWriteStream(file));
  } catch (cause) {
    await rm(file, { force: true });
    throw new SetupError(`${project} ${version} could not be fetched from ${new URL(url).host} (${String(cause)})`, { cause });
  }
}
