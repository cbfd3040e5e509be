import { requireOrSkip } from '@halftone/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stockCounters } from '../../src/stock-counters.ts';
import type { StepResult } from '../../src/step-result.ts';
import { bundledBench, type BenchProgram } from './bench-program.ts';

const vulkan = await requireOrSkip('vulkan');

const counters = ({ dispatches, storageBytesBound, peakBytes, readbacks, submits, pipelinesAfterWarmup }: StepResult): object => ({
  dispatches,
  storageBytesBound,
  peakBytes,
  readbacks,
  submits,
  pipelinesAfterWarmup,
});

describe.skipIf(!vulkan.available)('bench step, from a bundle outside of the repository', () => {
  let bench: BenchProgram;
  beforeAll(async () => void (bench = await bundledBench()));
  afterAll(() => bench.remove());

  test('counts stock cnn exactly, and the same without computing', () => {
    const real = bench.step('--model cnn --backend webgpu --steps 1');
    expect(counters(real)).toEqual(stockCounters.cnn);
    expect(real.deterministic).toBe(true);
    expect(real.losses).toHaveLength(8);
    const counted = bench.step('--model cnn --backend webgpu --steps 1 --count-only');
    expect(counters(counted)).toEqual(counters(real));
    expect([counted.losses, counted.stepMs, counted.itemsPerSecond]).toEqual([null, null, null]);
    expect(counted.workgroups).toBe(real.workgroups);
    expect(counted.queueWrites).toBe(real.queueWrites);
  });

  test('counts ours the same with and without computing, with a dynamic loss scale', () => {
    const real = bench.step('--model cnn --policy mixed_float16 --steps 1');
    const counted = bench.step('--model cnn --policy mixed_float16 --steps 1 --count-only');
    expect(counters(counted)).toEqual(counters(real));
    expect(real.losses?.every((loss) => loss !== null)).toBe(true);
  });

  test('counts stock transformer exactly, without computing', () => {
    expect(counters(bench.step('--model transformer --backend webgpu --steps 1 --count-only'))).toEqual(stockCounters.transformer);
  });

  test('trains the MLP to the same losses in stock tfjs on WebGPU, plain JavaScript and ours in float32', () => {
    const stock = bench.step('--model mlp --backend webgpu --steps 1');
    expect(counters(stock)).toEqual(stockCounters.mlp);
    for (const other of ['--backend cpu --warm-up 2', '--policy float32']) {
      const result = bench.step(`--model mlp ${other} --steps 1`);
      for (const [i, loss] of (result.losses ?? []).entries())
        expect(Math.abs((loss ?? NaN) - (stock.losses?.[i] ?? NaN))).toBeLessThan(1e-4);
    }
  });

  test('tells host time apart from waiting', () => {
    const result = bench.step('--model mlp --policy mixed_float16 --steps 3');
    expect(result.hostMsPerStep).toBeGreaterThan(0);
    expect(result.hostMsPerStep).toBeLessThan(result.stepMs?.median ?? 0);
  });
});
