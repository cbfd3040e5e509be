import { requireOrSkip } from '@halftone/testing';
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../src/run-result.ts';
import type { RunSpec } from '../../src/run-spec.ts';
import { findTensorflow } from '../../src/tensorflow-finding.ts';
import { trainOnce } from '../../src/training-run.ts';

const { available } = await requireOrSkip('tensorflow');

const SPEC: RunSpec = {
  kind: 'stock',
  plugin: 'node',
  policy: 'float32',
  data: { kind: 'drawn', train: 64, heldOut: 32 },
  seed: 1,
  steps: 12,
  batch: 16,
  learningRate: 0.01,
  batchNormMomentum: 0.8,
  packed: false,
  initialScale: 2 ** 10, // from the usual one the first step overflows and is skipped
  evaluate: true,
};

describe.skipIf(!available)('a training on TensorFlow', async () => {
  // one after the other in one process: stock must come before the plug-in
  const run = (change: Partial<RunSpec>): Promise<RunResult> => trainOnce({ ...SPEC, ...change }, () => undefined);
  const stock = available ? await run({}) : undefined;
  const mixed = available ? await run({ kind: 'mixed', policy: 'mixed_float16' }) : undefined;

  test('finds the TensorFlow that tfjs-node brings', async () => {
    const running = await findTensorflow(); // the plug-in is registered here already
    expect(running).toEqual({ problem: expect.stringContaining('already registered') });
    expect(mixed?.device).toMatch(/^TensorFlow 2\.\d+\.\d+$/);
  });

  test('counts ops and the bytes of handles alike on both sides, and nothing that TensorFlow does not have', () => {
    for (const result of [stock, mixed]) {
      expect(result?.counters).toMatchObject({ dispatches: null, latePipelines: null, readbacks: 1, deterministic: true });
      expect(result?.counters?.ops).toBeGreaterThan(100);
    }
    expect(mixed?.counters?.peakBytes).toBeLessThan(stock?.counters?.peakBytes ?? 0);
    expect(mixed?.counters?.storageBytesBound).toBeLessThan(stock?.counters?.storageBytesBound ?? 0);
  });

  test('keeps weights and the moments of Adam in float32 inside TensorFlow', () => {
    expect(mixed?.tensorflow?.weightTypes).toEqual({ float32: 12 });
    expect(Object.keys(mixed?.tensorflow?.slotTypes ?? {})).toEqual(['float32']);
  });

  test('casts each weight matrix once a step', () => {
    expect(mixed?.tensorflow).toMatchObject({ weightMatrices: 3, casts: { weights: 3 } });
    expect(stock?.tensorflow?.casts).toEqual({ down: 0, up: 0, weights: 0 });
  });

  test('holds as many handles after the third epoch as after the first', () => {
    for (const result of [stock, mixed]) {
      const [first, , third] = result?.tensorflow?.handlesAfterEpoch ?? [];
      expect(first).toBeGreaterThan(0);
      expect(third).toBe(first);
    }
  });

  test('computes products in half, and so its losses are near those of float32 but not the same', () => {
    const { floatInputs = 0, halfInputs = 0 } = mixed?.tensorflow?.products ?? {};
    expect(halfInputs).toBeGreaterThanOrEqual(floatInputs / 2);
    expect(floatInputs).toBe(stock?.tensorflow?.products.floatInputs);
    expect(stock?.tensorflow?.products.halfInputs).toBe(0);
    const differences = (mixed?.losses ?? []).map((loss, i) => Math.abs(loss / (stock?.losses[i] ?? Number.NaN) - 1));
    expect(Math.max(...differences)).toBeGreaterThan(0);
    expect(Math.max(...differences.slice(0, 4))).toBeLessThan(0.02);
  });
});
