import { describe, expect, test } from 'vitest';
import { summarizeSeeds, type SeedRun } from '../../src/five-seeds.ts';
import { NODE_TRAINING_CHECKS, type CheckedNodeRuns } from '../../src/node-training-checks.ts';
import type { RunResult, TensorflowFacts } from '../../src/run-result.ts';
import { TRAINING_CHECKS, type CheckedRuns } from '../../src/training-checks.ts';
import { exampleNodeRun, exampleRun } from './example-runs.ts';

const LOSSES = Array.from({ length: 40 }, (_, i) => 2.3 / (1 + i));
const GOOD: CheckedRuns = {
  stock: exampleRun('stock', { losses: LOSSES, accuracy: 0.96 }).result,
  mixed: exampleRun('mixed', {
    losses: LOSSES,
    accuracy: 0.955,
    fileAccuracy: 0.955,
    counters: {
      peakBytes: 2 ** 21,
      trainPeakBytes: 2 ** 21,
      dispatches: 9,
      ops: null,
      storageBytesBound: 9,
      readbacks: 1,
      latePipelines: 0,
      deterministic: true,
    },
  }).result,
  everythingHalf: exampleRun('everything-half', { losses: [2.3, Number.NaN] }).result,
  packed: exampleRun('mixed', { losses: LOSSES, codec: 'packed-f16' }).result,
  emulated: exampleRun('mixed', { losses: LOSSES, codec: 'emulated' }).result,
  overflowing: exampleRun('mixed', {
    losses: [2.3, 2.3, 2.2],
    skipped: 2,
    scale: 2 ** 22,
    scaleHistory: [
      { step: 1, scale: 2 ** 23 },
      { step: 2, scale: 2 ** 22 },
    ],
  }).result,
};
const failing = (runs: Partial<CheckedRuns>): string[] =>
  TRAINING_CHECKS.filter(({ find }) => !find({ ...GOOD, ...runs }).passed).map(({ claim }) => claim);
const changed = (run: keyof CheckedRuns, change: Partial<RunResult>): Partial<CheckedRuns> => ({ [run]: { ...GOOD[run], ...change } });

describe('the checks of short trainings', () => {
  test('pass when all holds', () => {
    expect(failing({})).toEqual([]);
  });

  test.each([
    ['the loss of mixed precision is a fifth higher', changed('mixed', { losses: LOSSES.map((loss) => 1.2 * loss) }), /ends with the loss/],
    ['mixed precision is less accurate', changed('mixed', { accuracy: 0.93 }), /as accurate/],
    ['a loss is not a number', changed('mixed', { losses: [...LOSSES.slice(0, 39), Number.NaN] }), /ends with the loss/],
    ['half weights lose accuracy in their file', changed('mixed', { fileAccuracy: 0.9 }), /read back from their file/],
    ['everything in half learns', changed('everythingHalf', { losses: [2.3, 0.2] }), /everything in half/],
    ['the peak is as high as stock', changed('mixed', { counters: GOOD.stock.counters }), /peak of device bytes/],
    [
      'a step reads back more',
      changed('mixed', { counters: { ...exampleRun('mixed').result.counters, readbacks: 2 } as never }),
      /reads back/,
    ],
    [
      'a loss of packed halves is off by two in a thousand',
      changed('packed', { losses: LOSSES.map((loss) => 1.002 * loss) }),
      /packed halves/,
    ],
    ['the packed run was not packed', changed('packed', { codec: 'f16' }), /packed halves/],
    ['emulation is off by two in a hundred', changed('emulated', { losses: LOSSES.map((loss) => 1.02 * loss) }), /emulated/],
    ['emulation stops early', changed('emulated', { losses: LOSSES.slice(0, 5) }), /emulated/],
    ['an overflow is not skipped', changed('overflowing', { skipped: 0 }), /far too high/],
    ['every step is skipped', changed('overflowing', { skipped: 3 }), /far too high/],
  ])('fail when %s', (_what, runs, claim) => {
    expect(failing(runs).join()).toMatch(claim);
  });
});

describe('the checks of trainings inside TensorFlow', () => {
  const near = LOSSES.map((loss) => 1.001 * loss);
  const nodeRun = (kind: 'stock' | 'mixed', change: Partial<RunResult> = {}): RunResult => ({
    ...exampleNodeRun(kind).result,
    losses: kind === 'stock' ? LOSSES : near,
    accuracy: 0.97,
    ...change,
  });
  const good: CheckedNodeRuns = {
    stock: nodeRun('stock'),
    float16: nodeRun('mixed', { accuracy: 0.966 }),
    bfloat16: nodeRun('mixed', { accuracy: 0.968 }),
    float32: nodeRun('stock', { losses: LOSSES.slice(0, 20) }),
    everythingHalf: nodeRun('mixed', { losses: [2.3, Number.NaN] }),
    first: { node: nodeRun('mixed'), emulate: nodeRun('mixed'), webgpu: nodeRun('mixed', { losses: LOSSES }) },
  };
  const failures = (runs: Partial<CheckedNodeRuns>): string[] =>
    NODE_TRAINING_CHECKS.filter(({ find }) => !find({ ...good, ...runs }).passed).map(({ claim }) => claim);
  const seen = (change: Partial<TensorflowFacts>): RunResult => ({
    ...good.float16,
    tensorflow: good.float16.tensorflow === null ? null : { ...good.float16.tensorflow, ...change },
  });

  test('pass when all holds', () => {
    expect(failures({})).toEqual([]);
  });

  test.each([
    ['mixed_bfloat16 is 0.6 points less accurate', { bfloat16: nodeRun('mixed', { accuracy: 0.964 }) }, /as accurate/],
    ['all are inaccurate', { stock: nodeRun('stock', { accuracy: 0.94 }), float16: nodeRun('mixed', { accuracy: 0.94 }) }, /as accurate/],
    ['float32 is not stock to the bit', { float32: nodeRun('stock', { losses: near }) }, /as accurate/],
    ['one weight is half', { float16: seen({ weightTypes: { float32: 11, float16: 1 } }) }, /what Adam keeps are float32/],
    ['a moment of Adam is half', { float16: seen({ slotTypes: { float16: 18 } }) }, /what Adam keeps are float32/],
    ['handles grow', { float16: seen({ handlesAfterEpoch: [30, 31, 32] }) }, /handles do not grow/],
    ['there was no third epoch', { float16: seen({ handlesAfterEpoch: [30, 30] }) }, /handles do not grow/],
    ['weights are cast in both passes', { float16: seen({ casts: { down: 20, up: 1, weights: 6 } }) }, /cast to half once/],
    ['few products are half', { float16: seen({ products: { floatInputs: 18, halfInputs: 8 } }) }, /at least 50 %/],
    ['a product of stock is half', { stock: { ...good.stock, tensorflow: good.float16.tensorflow } }, /at least 50 %/],
    ['mixed losses are those of float32', { bfloat16: nodeRun('mixed', { losses: LOSSES }) }, /are not those of float32/],
    ['scaling reads', { float16: { ...good.float16, counters: { ...good.float16.counters, readbacks: 2 } as never } }, /reads no more/],
    ['the peak is that of stock', { float16: { ...good.float16, counters: good.stock.counters } }, /fewer bytes at peak/],
    ['everything in half learns', { everythingHalf: nodeRun('mixed', { losses: [2.3, 0.2] }) }, /everything in half/],
    [
      'the GPU is off by two in a hundred',
      { first: { ...good.first, webgpu: nodeRun('mixed', { losses: LOSSES.map((loss) => 1.02 * loss) }) } },
      /first 20 losses/,
    ],
  ] satisfies [string, Partial<CheckedNodeRuns>, RegExp][])('fail when %s', (_what, runs, claim) => {
    expect(failures(runs).join()).toMatch(claim);
  });
});

describe('the summary of five seeds', () => {
  const seeds = [1, 2, 3, 4, 5];
  const seedRun = (seed: number, kind: SeedRun['kind'], change: Partial<SeedRun> = {}): SeedRun => ({
    seed,
    kind,
    accuracy: 0.97,
    outcome: kind === 'everything-half' ? 'not-a-number' : 'learned',
    finalLoss: 0.1,
    peakBytes: kind === 'stock' ? 100 : 60,
    skipped: 0,
    seconds: 1,
    ...change,
  });
  const all = (change: (run: SeedRun) => Partial<SeedRun> = () => ({})): SeedRun[] =>
    seeds
      .flatMap((seed) => (['stock', 'mixed', 'everything-half'] as const).map((kind) => seedRun(seed, kind)))
      .map((run) => ({ ...run, ...change(run) }));

  test('passes when the mean difference is small and every bound holds', () => {
    expect(summarizeSeeds(all((run) => ({ accuracy: run.kind === 'mixed' && run.seed === 2 ? 0.96 : 0.97 })))).toMatchObject({
      passed: true,
      details: { meanDifference: expect.closeTo(-0.2, 6), halfFailed: 5, worstPeakRatio: 0.6 },
    });
  });

  test.each([
    ['a seed is missing', all().slice(3)],
    ['the mean lies 0.6 points behind', all((run) => ({ accuracy: run.kind === 'mixed' ? 0.964 : 0.97 }))],
    ['one mixed training stays below 95 %', all((run) => ({ accuracy: run.seed === 3 ? 0.949 : 0.97 }))],
    ['plain half learned once', all((run) => ({ outcome: run.kind === 'everything-half' && run.seed > 1 ? 'not-a-number' : 'learned' }))],
    ['the peak is too high', all((run) => ({ peakBytes: run.kind === 'mixed' ? 76 : 100 }))],
  ])('fails when %s', (_what, runs) => {
    expect(summarizeSeeds(runs).passed).toBe(false);
  });
});
