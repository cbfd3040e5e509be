import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { aptHelper } from './debian-machine.mjs';
import { machineMirror, snapshotMirror } from './debian-mirror.mjs';
import { sizeInWords } from './debian-pins.mjs';
import { inCache } from './folders.mjs';
import { readTool, runTool } from './run-command.mjs';
import { say, SetupError } from './say.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

/** @import { DebianPin, PinTable } from './debian-pins.mjs' */
/** @import { Mirror } from './debian-mirror.mjs' */

const downloads = inCache('debian', 'packages');

/**
 * Fetches the packages of a pin table and unpacks them into a folder, without root and without touching the machine's packages.
 *
 * Every file has to have the hash of the table before it is opened. Does nothing where the same table is unpacked already.
 *
 * @param {PinTable} pins
 * @param {string} folder - replaced as a whole
 * @throws {SetupError} if a package cannot be had, or is not the pinned one
 */
export async function unpackPins(pins, folder) {
  const wanted = hashOf(pins.packages.map(({ sha256 }) => sha256));
  const stamp = `${folder}.stamp`;
  if ((await readStamp(stamp)) === wanted && existsSync(folder)) return;
  await mkdir(downloads, { recursive: true });
  const absent = await notHere(pins.packages);
  say(`Fetching ${pins.what} from Debian: ${sizeInWords(absent)}, into ${folder}`);
  await fetchAll(absent, pins.snapshot);
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  for (const pin of pins.packages) {
    const code = await runTool('dpkg-deb', ['-x', fileOf(pin), fresh]);
    if (code !== 0) throw new SetupError(`dpkg-deb could not unpack ${pin.name} ${pin.version} (exit code ${code}).`);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  await writeStamp(stamp, wanted);
  await Promise.all(pins.packages.map((pin) => rm(fileOf(pin), { force: true })));
}

/**
 * Brings files from the machine's mirror, and what that no longer has from Debian's snapshot archive.
 *
 * @param {readonly DebianPin[]} wanted
 * @param {string} snapshot
 */
async function fetchAll(wanted, snapshot) {
  if (wanted.length === 0) return;
  const complaint = aptComplaint(await fetchFrom(await machineMirror(), wanted));
  let absent = await notHere(wanted);
  if (absent.length > 0 && complaint.isGone) {
    await fetchFrom(snapshotMirror(snapshot), absent);
    absent = await notHere(absent);
  }
  if (absent.length === 0) return;
  await Promise.all(absent.map((pin) => rm(`${fileOf(pin)}.FAILED`, { force: true }))); // apt keeps what has the wrong hash
  const names = absent.map(({ name, version }) => `${name}=${version}`).join(', ');
  throw new SetupError(
    `${complaint.isGone ? 'neither the Debian mirror nor snapshot.debian.org has' : 'apt could not fetch'} ${names} (${complaint.reason})`,
  );
}

/**
 * Reads apt's stderr: its first reason, and whether it is that the mirror no longer has a file.
 *
 * @param {string} stderr
 * @returns {{ reason: string, isGone: boolean }}
 * @example
 * aptComplaint('E: Failed to fetch http://m/a.deb  404  Not Found [IP: ::1 80]').isGone; // true
 */
export function aptComplaint(stderr) {
  const [, host = '', why = ''] = /^E: Failed to fetch \w+:\/\/([^/\s]+)\S*\s+(.*?)(?: \[IP.*)?$/m.exec(stderr) ?? [];
  return { reason: why ? `${host}: ${why.replace(/\s+/g, ' ')}` : 'apt gave no reason', isGone: /^404\b/.test(why) };
}

/**
 * @param {Mirror} mirror
 * @param {readonly DebianPin[]} pins
 * @returns {Promise<string>} apt's complaints
 */
async function fetchFrom(mirror, pins) {
  const state = inCache('debian', 'apt');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  const options = {
    'Dir::State': state,
    'Dir::Cache': state,
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '3',
    'Acquire::http::Timeout': '30',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const files = pins.flatMap((pin) => [`${mirror[pin.archive]}/${pin.path}`, fileOf(pin), `SHA256:${pin.sha256}`]);
  const { stderr } = await readTool(aptHelper, ['-qq', ...flags, 'download-file', ...files]);
  return stderr;
}

/** @param {DebianPin} pin */
const fileOf = ({ sha256 }) => join(downloads, `${sha256}.deb`);

/**
 * Those packages whose file is not here, whole and the pinned one.
 *
 * @param {readonly DebianPin[]} pins
 */
async function notHere(pins) {
  const absent = [];
  for (const pin of pins) {
    const bytes = await readFile(fileOf(pin)).catch(() => undefined);
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== pin.sha256) absent.push(pin);
  }
  return absent;
}
