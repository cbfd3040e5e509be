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
 * Runs a check like `runCheck` and also returns what it said on stderr.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<{ code: number, stderr: string }>}
 */
export async function runCheckHeard(command, args, { cwd = root, env = process.env } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    process.stderr.write(text);
    stderr += text;
  });
  return { code: await finished(child), stderr };
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
  const [code, signal] = await ending(spawn(command, args, { cwd, env, stdio: 'inherit' }));
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code;
}

/** @param {import('node:child_process').ChildProcess} child */
async function finished(child) {
  const [code, signal, got] = await ending(child);
  if (got) process.kill(process.pid, got); // set-up itself was told to end
  return signal ? 128 : code;
}

/**
 * Waits for a child. A signal that we get meanwhile goes to the child first, so that nothing is left running.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<[code: number, signal: NodeJS.Signals | null, got: NodeJS.Signals | undefined]>} `got` is a signal that came to us
 */
function ending(child) {
  /** @type {NodeJS.Signals | undefined} */
  let got;
  const pass = /** @param {NodeJS.Signals} signal */ (signal) => {
    got = signal;
    child.kill(signal);
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve) => {
    /** @type {(code: number, signal: NodeJS.Signals | null) => void} */
    const end = (code, signal) => {
      for (const name of signals) process.off(name, pass);
      resolve([code, signal, got]);
    };
    child.on('error', () => end(127, null));
    child.on('close', (code, signal) => end(code ?? 1, signal));
  });
}
