import { spawn } from 'node:child_process';

/** @typedef {{ readonly cwd: string, readonly env?: Readonly<Record<string, string | undefined>>, readonly limitSeconds?: number }} ToolPlace */

/**
 * Runs a program to its end and returns what it printed on stdout.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {ToolPlace} place - `limitSeconds` is 240 unless given
 * @returns {Promise<string>}
 * @throws {Error} with all that it printed, if it ends with another code than 0 or takes too long
 */
export function runTool(command, args, { cwd, env = process.env, limitSeconds = 240 }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: limitSeconds * 1000 });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${[command, ...args].join(' ').slice(0, 300)} ended with ${signal ?? code}:\n${`${stdout}${stderr}`.trim()}`));
    });
  });
}
