import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import type { BundledProgram } from '../bundled-program.ts';
import { bundledProgram } from '../bundled-program.ts';
import type { Trained } from '../fit-small-model.ts';
import { fitSmallModel } from '../fit-small-model.ts';

let handle: EmulatedHandle;
let program: BundledProgram;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
  program = await bundledProgram(join(import.meta.dirname, '..', 'worker-program.ts'));
});
afterAll(() => {
  program?.remove();
  handle.dispose();
});

function inWorker(policy: string): Promise<Trained> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(program.file, { workerData: { policy } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a worker ended before it answered, with ${code}`)));
  });
}

it('a model that trains in a worker while others train here has its own policy, and each its own numbers', async () => {
  const policies = ['mixed_float16', 'mixed_bfloat16'] as const;
  const alone = [await fitSmallModel(policies[0]), await fitSmallModel(policies[1])];
  const together = await Promise.all([inWorker(policies[0]), inWorker(policies[1]), ...policies.map(fitSmallModel)]);
  expect(together.map(({ seen }) => seen)).toEqual([...policies, ...policies].map((policy) => [policy]));
  expect(together.map(({ weights }) => weights)).toEqual([...alone, ...alone].map(({ weights }) => weights));
  expect(alone[0]?.weights).not.toEqual(alone[1]?.weights);
});
