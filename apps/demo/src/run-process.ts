import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DeviceFinding } from './device.ts';
import type { RunMessage, RunResult } from './run-result.ts';
import type { RunSpec } from './run-spec.ts';
import type { TensorflowFinding } from './tensorflow-finding.ts';

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url)); // the built file that imports this
const RUN_FILE = beside('./run.mjs');
const DEVICE_FILE = beside('./device-process.mjs');
const NO_DEVICE: DeviceFinding = { isCpu: true, shaderF16: false };
const KEPT_OUTPUT = 4000; // characters of a driver's talk that go into an error

/**
 * Does one run in a process of its own, so that peaks, backends and policies of the runs do not mix.
 *
 * What the process and its driver print is kept back and shown only when the run fails. The process ends with this one.
 *
 * @param spec - what to run
 * @param onMessage - gets the progress
 * @returns the run's result
 * @throws Error with what the process said last, when it fails or dies
 */
export function runInProcess(spec: RunSpec, onMessage: (message: RunMessage) => void = () => undefined): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = fork(RUN_FILE, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'advanced', execArgv: [] });
    const kill = (): void => void child.kill();
    process.once('exit', kill);
    let output = '';
    let result: RunResult | undefined;
    let failure: string | undefined;
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('message', (raw) => {
      const message = raw as RunMessage;
      if (message.kind === 'result') result = message.result;
      else if (message.kind === 'failed') failure = message.message;
      else onMessage(message);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('exit', kill);
      if (result !== undefined) resolve(result);
      else
        reject(
          new Error(
            `[demo] the ${spec.kind} run must end with a result, got ${failure ?? `exit ${signal ?? code}`}. ${output === '' ? 'Run it again.' : `It printed last:\n${output}`}`,
          ),
        );
    });
    child.send(spec);
  });
}

/**
 * Asks for the device in a process of its own: a driver may print, or die, and that must not be ours.
 *
 * Takes half a second.
 *
 * @returns what WebGPU finds; no adapter when the process dies
 */
export function findDeviceInProcess(): Promise<DeviceFinding> {
  return askProcess('webgpu', NO_DEVICE);
}

/**
 * Asks for TensorFlow in a process of its own: loading it takes hundreds of megabytes, and it may die.
 *
 * Takes a second.
 */
export function findTensorflowInProcess(): Promise<TensorflowFinding> {
  return askProcess('tensorflow', { problem: 'its process died.' });
}

function askProcess<Finding>(about: 'webgpu' | 'tensorflow', none: Finding): Promise<Finding> {
  return new Promise((resolve) => {
    const child = fork(DEVICE_FILE, [about], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
    child.once('message', (finding) => resolve(finding as Finding));
    child.once('error', () => resolve(none));
    child.once('close', () => resolve(none));
  });
}
