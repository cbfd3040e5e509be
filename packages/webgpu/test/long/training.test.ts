import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setDefaultPolicy } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU } from '../../src/index.ts';
import { train } from '../gpu/cnn.ts';

const STEPS = 20;
const adam = (): tf.Optimizer => tf.train.adam(0.001);
let native: WebGPUHandle;
let packed: WebGPUHandle;
let plain: WebGPUHandle;
let stock: number[];

async function on(backend: string, policy: string | null): Promise<number[]> {
  await tf.setBackend(backend);
  const undo = policy === null ? () => undefined : setDefaultPolicy(policy);
  try {
    return await train(STEPS, adam);
  } finally {
    undo();
  }
}

beforeAll(async () => {
  native = await registerWebGPU();
  packed = await registerWebGPU({ backendName: 'halftone-packed', codec: 'packed-f16' });
  plain = await registerWebGPU({ backendName: 'halftone-plain', fusion: 'off' });
  stock = await on('webgpu', null);
}, 120_000);
afterAll(() => {
  native?.dispose();
  packed?.dispose();
  plain?.dispose();
});

describe('float32', () => {
  it('stock tfjs is equal to itself over five runs, so bit equality can be asked for', async () => {
    for (let run = 0; run < 4; run++) expect(await on('webgpu', null)).toEqual(stock);
  });
  it.each([null, 'float32'])('op by op, the losses equal stock to the last digit (policy %s)', async (policy) => {
    expect(await on('halftone-plain', policy)).toEqual(stock);
  });
  it.each([null, 'float32'])(
    'fused, they equal stock within float32 rounding, and themselves to the last digit (policy %s)',
    async (policy) => {
      const losses = await on('halftone-webgpu', policy);
      expect(losses).toBeCloseInFormat(stock, 'float32', { terms: STEPS * 512 });
      expect(await on('halftone-webgpu', policy)).toEqual(losses);
    },
  );
});

describe('mixed precision', () => {
  it('follows float32 closely', async () => {
    const losses = await on('halftone-webgpu', 'mixed_float16');
    losses.forEach((loss, i) => expect(Math.abs(loss - (stock[i] as number))).toBeLessThan(0.02 * Math.max(1, stock[i] as number)));
    expect(losses[0]).not.toBe(stock[0]); // it did round
  });
  it('gives the same losses to three digits on packed halves as on native ones', async () => {
    const [a, b] = [await on('halftone-webgpu', 'mixed_float16'), await on('halftone-packed', 'mixed_float16')];
    a.forEach((loss, i) => expect(Math.abs(loss - (b[i] as number))).toBeLessThan(5e-4 * Math.max(1, loss)));
  });
  it('trains in bfloat16', async () => {
    const losses = await on('halftone-webgpu', 'mixed_bfloat16');
    expect(losses[STEPS - 1]).toBeLessThan(0.8 * (losses[0] as number));
    expect(Math.abs((losses[STEPS - 1] as number) - (stock[STEPS - 1] as number))).toBeLessThan(0.1 * (stock[0] as number));
  });
  it('refuses no shader on the way', () => {
    expect(native.refusedPrograms()).toEqual({});
    expect(packed.refusedPrograms()).toEqual({});
  });
});
