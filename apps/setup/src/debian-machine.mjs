import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** apt's own downloader: it knows the machine's proxies and checks hashes. */
export const aptHelper = '/usr/lib/apt/apt-helper';

/**
 * Why Debian packages cannot be unpacked for this machine, or nothing.
 *
 * @returns {Promise<string | undefined>}
 */
export async function debianProblem() {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return debianProblemOf({ platform: process.platform, arch: process.arch, release, hasApt: existsSync(aptHelper) });
}

/**
 * Pure part of `debianProblem`.
 *
 * @param {{ platform: string, arch: string, release: string, hasApt: boolean }} machine - `release` is the text of /etc/os-release
 * @returns {string | undefined}
 */
export function debianProblemOf({ platform, arch, release, hasApt }) {
  const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? platform;
  const isDebian = /^ID="?debian"?$/m.test(release);
  const version = Number(/^VERSION_ID="?(\d+)/m.exec(release)?.[1] ?? 0);
  if (platform !== 'linux' || arch !== 'x64' || !isDebian || version < 12)
    return `it is prepared for Debian 12 or newer on amd64, this is ${name} on ${arch}`;
  return hasApt ? undefined : `${aptHelper} is missing`;
}
