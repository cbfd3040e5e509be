import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU } from '../../src/index.ts';
import type { ProgramOptions, ProgramStep } from './graph-program.ts';
import { programsOf, runProgram } from './graph-program.ts';

const STORAGES = ['float32', 'float16', 'bfloat16'] as const;
const SHAPES = [
  [8, 40],
  [7, 41],
] as const;

let fused: WebGPUHandle;
let plain: WebGPUHandle;
beforeAll(async () => {
  plain = await registerWebGPU({ backendName: 'halftone-plain', fusion: 'off' });
  fused = await registerWebGPU();
});
afterAll(() => {
  fused?.dispose();
  plain?.dispose();
});

async function on({ backendName }: WebGPUHandle, steps: readonly ProgramStep[], options: ProgramOptions): Promise<Float32Array[]> {
  await tf.setBackend(backendName);
  const { numTensors } = tf.memory();
  const values = await runProgram(steps, options);
  expect(tf.memory().numTensors).toBe(numTensors);
  return values;
}

const runs = (numRuns: number): { seed: number; numRuns: number } => ({
  seed: Number(process.env['SEED'] ?? 5),
  numRuns: numRuns * Number(process.env['MORE'] ?? 1),
});

describe.each(STORAGES)('random programs in %s', (storage) => {
  it('of ops that are exact give the bits that they give one by one', async () => {
    await fc.assert(
      fc.asyncProperty(programsOf('exact', 24), fc.constantFrom(...SHAPES), async (steps, shape) => {
        const expected = await on(plain, steps, { shape, storage, reading: 'the end' });
        const actual = await on(fused, steps, { shape, storage, reading: 'sometimes' });
        expect(actual.length).toBe(expected.length);
        actual.forEach((values, index) => expect(values).toBeBitEqual(expected[index] as Float32Array));
      }),
      runs(8),
    );
  });

  it('with sums in them are as close as their storage allows', async () => {
    await fc.assert(
      fc.asyncProperty(programsOf('sums', 8), fc.constantFrom(...SHAPES), async (steps, shape) => {
        const expected = await on(plain, steps, { shape, storage, reading: 'the end' });
        const actual = await on(fused, steps, { shape, storage, reading: 'the end' });
        actual.forEach((values, index) =>
          expect(values).toBeCloseInFormat(expected[index] as Float32Array, storage, { terms: 64, scale: 1 }),
        );
      }),
      runs(4),
    );
  });

  it('show the same bits whether each step is read or only the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(programsOf('exact', 24), programsOf('sums', 12)), fc.constantFrom(...SHAPES), async (steps, shape) => {
        const each = await on(fused, steps, { shape, storage, reading: 'each step' });
        const late = await on(fused, steps, { shape, storage, reading: 'the end' });
        late.forEach((values, index) => expect(values).toBeBitEqual(each[index] as Float32Array));
      }),
      runs(5),
    );
  });
});
