import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';

/** How a Python program ended. */
export interface PythonEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Python program that runs. */
export interface PythonRun {
  readonly child: ChildProcess;
  readonly end: Promise<PythonEnd>;
}

/** What a worker says at its end. */
export interface WorkerEnd {
  readonly worker: number;
  readonly step: number;
  /** SHA-256 of all weights. */
  readonly weights: string;
}

const KEPT = 3000; // characters of what a failed program said

/** The interpreter that imports Keras; set-up provides it. */
export const kerasPython: string = process.env['HALFTONE_KERAS_PYTHON'] ?? '';

/** Starts a program of the project; it ends with this process. */
export function startPython(args: readonly string[], folder: string, env: Readonly<Record<string, string>> = {}): PythonRun {
  const quiet = { TF_CPP_MIN_LOG_LEVEL: '3', PYTHONDONTWRITEBYTECODE: '1', CUDA_VISIBLE_DEVICES: '' };
  const child = spawn(kerasPython, args, { cwd: folder, env: { ...process.env, ...quiet, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const end = new Promise<PythonEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', kill);
      resolve({ code, stdout, stderr });
    });
  });
  return { child, end };
}

/** Runs a program to its end and gives its last line of stdout, which is JSON. */
export async function runPython<T>(args: readonly string[], folder: string): Promise<T> {
  return lastJson<T>(await startPython(args, folder).end);
}

/** Starts `train.py` once for each worker, on ports of the loopback that are free now. */
export async function startWorkers(folder: string, args: readonly string[], count = 2): Promise<readonly PythonRun[]> {
  const ports = await freePorts(count);
  const workers = ports.map((port) => `localhost:${port}`).join(',');
  return ports.map((_, index) =>
    startPython(['train.py', ...args], folder, { HALFTONE_WORKERS: workers, JOB_COMPLETION_INDEX: String(index) }),
  );
}

/** Runs the workers to their end. */
export async function runWorkers(folder: string, args: readonly string[]): Promise<readonly WorkerEnd[]> {
  const runs = await startWorkers(folder, args);
  return (await Promise.all(runs.map(({ end }) => end))).map((end) => lastJson<WorkerEnd>(end));
}

function lastJson<T>({ code, stdout, stderr }: PythonEnd): T {
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (code !== 0 || !last.startsWith('{'))
    throw new Error(`[keras-proof] a Python program must end with code 0, got ${code}. It said:\n${(stdout + stderr).slice(-KEPT)}`);
  return JSON.parse(last) as T;
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, 'localhost', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
