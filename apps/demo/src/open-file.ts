import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

/** How each system opens a file as the user would; elsewhere as freedesktop.org has it. */
const OPENERS: Readonly<Record<string, readonly string[]>> = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] };

/**
 * Opens a file in the user's browser.
 *
 * Does not wait for it.
 *
 * @param onFailure - called when there is no such program
 */
export function openFile(path: string, onFailure: () => void): void {
  const [command = 'xdg-open', ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, pathToFileURL(path).href], { stdio: 'ignore', detached: true });
  child.once('error', onFailure);
  child.unref();
}
