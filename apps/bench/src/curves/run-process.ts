import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CurveMessage, CurveResult, CurveSpec } from './curve-spec.ts';

const RUN_FILE = fileURLToPath(new URL('./curve-run.mjs', import.meta.url)); // beside the built file that imports this
const KEPT_OUTPUT = 4000; // characters of a driver's talk that go into an error

/**
 * Trains in a process of its own, so that policies, backends and devices of the trainings do not mix.
 *
 * What the process and its driver print is kept back and shown only in an error. The process ends with this one.
 *
 * @param onStep - gets each loss as it comes
 * @throws Error with what the process said last, when it fails or dies
 */
export function trainInProcess(spec: CurveSpec, onStep: (step: number, loss: number) => void): Promise<CurveResult> {
  return new Promise((resolve, reject) => {
    const child = fork(RUN_FILE, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'advanced', execArgv: [] });
    const kill = (): void => void child.kill();
    process.once('exit', kill);
    let output = '';
    let last: CurveMessage | undefined;
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('message', (raw) => {
      const message = raw as CurveMessage;
      if (message.kind === 'step') onStep(message.step, message.loss);
      else last = message;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('exit', kill);
      if (last?.kind === 'result') return resolve(last.result);
      const how = last?.kind === 'failed' ? last.message : `exit ${signal ?? code}`;
      const printed = output === '' ? 'Run it again.' : `It printed last:\n${output}`;
      reject(new Error(`[bench] ${spec.model} under ${spec.policy} must train to its end, got ${how}. ${printed}`));
    });
    child.send(spec);
  });
}
