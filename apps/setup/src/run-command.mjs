import { spawn } from 'node:child_process';
import { root } from './folders.mjs';

/** @typedef {{ readonly cwd?: string, readonly env?: NodeJS.ProcessEnv }} CommandOptions */

/**
 * Runs a tool of set-up and waits for it. What it prints goes to stderr, so that the job's stdout stays clean.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<number>} the exit code; 128 if a signal ended it, 127 if it could not be started
 */
export function runTool(command, args, { cwd = root, env = process.env } = {}) {
  return finished(spawn(command, args, { cwd, env, stdio: ['ignore', 2, 2] }));
}

/**
 * Runs a check: what it prints is the user's business and goes where ours goes.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<number>} as for `runTool`
 */
export function runCheck(command, args, { cwd = root, env = process.env } = {}) {
  return finished(spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] }));
}

/**
 * Runs a tool and returns what it printed on stdout.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export async function readTool(command, args, { cwd = root, env = process.env } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  return { code: await finished(child), stdout, stderr };
}

/**
 * Runs the job itself: it owns the terminal, gets the signals that we get, and its end is our end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<void>} sets `process.exitCode`, or ends this process by the signal that ended the job
 */
export async function runJob(command, args, { cwd = root, env = process.env } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  const pass = /** @param {NodeJS.Signals} signal */ (signal) => void child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  const [code, signal] = await ending(child);
  for (const name of signals) process.off(name, pass);
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code;
}

/** @param {import('node:child_process').ChildProcess} child */
async function finished(child) {
  const [code, signal] = await ending(child);
  return signal ? 128 : code;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<[code: number, signal: NodeJS.Signals | null]>}
 */
function ending(child) {
  return new Promise((resolve) => {
    child.on('error', () => resolve([127, null]));
    child.on('close', (code, signal) => resolve([code ?? 1, signal]));
  });
}
