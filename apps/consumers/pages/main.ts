// A page that trains in the browser and checks what it gets; apps/consumers/src/browsers.mjs opens it and reads `window.report`.
import * as tf from '@tensorflow/tfjs-core';
import type { Capabilities } from '@halftone/webgpu';
import { useWebGPU } from '@halftone/webgpu';
import { checkCodec } from './codec-checks.ts';
import type { Fact } from './page-checks.ts';
import { PageChecks } from './page-checks.ts';
import { showReport } from './report-table.ts';
import { trainSmallCnn } from './small-cnn.ts';
import { checkTensors } from './tensor-checks.ts';

export interface PageReport {
  readonly capabilities: Capabilities;
  readonly losses: Readonly<Record<'float32' | 'mixed_float16', readonly number[]>>;
  readonly facts: readonly Fact[];
}

const STEPS = 10;

async function report(): Promise<PageReport> {
  const checks = new PageChecks();
  const handle = await useWebGPU();
  const { capabilities } = handle;
  const [float32, mixed] = [await trainSmallCnn('float32', STEPS), await trainSmallCnn('mixed_float16', STEPS)];
  const tensors = tf.memory().numTensors;
  await trainSmallCnn('mixed_float16', 2);
  checks.same('training leaves no tensor behind', tf.memory().numTensors - tensors, 0);
  checks.same('every shader was understood', handle.refusedPrograms(), {});
  await checkTensors(checks, handle);
  const gone = tf.tidy(() => tf.add(tf.ones([4096]), 1));
  handle.dispose();
  checks.same('dispose takes the backend out', tf.engine().backendNames().includes(handle.backendName), false);
  const message = await gone.data().then(
    () => 'no error',
    (error: Error) => error.message,
  );
  checks.holds('a tensor of a disposed plug-in says so', message.includes('plug-in was disposed'), message);
  await checkCodec(checks);
  return { capabilities, losses: { float32, mixed_float16: mixed }, facts: checks.facts };
}

try {
  const found = await report();
  showReport(found);
  Object.assign(globalThis, { report: found });
  document.title = 'done';
} catch (error) {
  document.title = `failed ${(error as Error).stack ?? String(error)}`;
}
