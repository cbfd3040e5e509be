import { describe, expect, test } from 'vitest';
import { benchmarksPage } from '../../src/benchmarks-page.ts';
import { rateOf } from '../../src/kernels/kernel-table.ts';
import { stepResult } from '../../src/step-report.ts';
import { stepSpec } from '../../src/step-arguments.ts';
import { stepTable } from '../../src/step-table.ts';
import { sweepCharts, sweepTable } from '../../src/sweep-command.ts';
import { sweepLaws } from '../../src/sweep.ts';
import { markdownTable, terminalTable } from '../../src/table.ts';
import { counted, countedInside, race, raceInside, timed } from './example-results.ts';

describe('a result of step', () => {
  test('begins with the keys that others rely on, in their order', () => {
    const result = stepResult(stepSpec({ model: 'cnn', backend: 'webgpu' }), counted, timed);
    expect(Object.keys(result).slice(0, 14)).toEqual(
      (
        'model backend policy batch dispatches storageBytesBound peakBytes readbacks submits pipelinesAfterWarmup ' +
        'hostMsPerStep itemsPerSecond stepMs losses'
      ).split(' '),
    );
    expect(result).toMatchObject({ dispatches: 184, hostMsPerStep: 4, itemsPerSecond: 640, stepMs: { median: 100 }, losses: [2, 1, 0.5] });
    expect(result.hostUsPerDispatch).toBeCloseTo(4000 / 184, 9);
  });

  test('has no time and no loss where nothing was computed', () => {
    const spec = stepSpec({ model: 'cnn', backend: 'webgpu', countOnly: true });
    const result = stepResult(spec, { ...counted, losses: null }, timed);
    expect([result.stepMs, result.itemsPerSecond, result.losses]).toEqual([null, null, null]);
    expect(result.hostMsPerStep).toBe(4);
  });

  test('is one row of the table', () => {
    const result = stepResult(stepSpec({ model: 'cnn', backend: 'webgpu' }), counted, timed);
    const table = stepTable([result]);
    expect(table.rows[0]).toEqual([
      'cnn, batch 64: webgpu float32',
      '184',
      '231 MiB',
      '64.9 MiB',
      '1',
      '13',
      '0',
      '4.00 ms',
      '21.7 µs',
      '100 ms (92 ms-108 ms)',
      '640',
      '0.5000',
    ]);
    expect(terminalTable(table)).toContain('cnn, batch 64: webgpu float32');
  });
});

describe('a result of step inside TensorFlow', () => {
  const result = stepResult(stepSpec({ model: 'cnn', backend: 'halftone-node' }), countedInside, timed);

  test('has the same fields, null where TensorFlow has no such thing', () => {
    expect(Object.keys(result)).toEqual(Object.keys(stepResult(stepSpec({ model: 'cnn', backend: 'webgpu' }), counted, timed)));
    expect(result).toMatchObject({
      dispatches: null,
      submits: null,
      pipelinesAfterWarmup: null,
      pipelinesBuilt: null,
      hostUsPerDispatch: null,
      byPipeline: null,
      storageBytesBound: 2 ** 28,
      peakBytes: 55 * 2 ** 20,
      ops: 225,
      castsDown: 10,
      castsUp: 6,
    });
  });

  test('says the size where it is not the usual one', () => {
    expect(stepTable([result]).rows[0]?.[0]).toBe('cnn, batch 64: halftone-node mixed_float16');
    const small = stepResult(stepSpec({ model: 'cnn', backend: 'halftone-node', sizes: { size: 14 } }), countedInside, timed);
    expect(stepTable([small]).rows[0]?.[0]).toBe('cnn, batch 64, size 14: halftone-node mixed_float16');
  });

  test('is a row of its own columns', () => {
    const { head, rows } = stepTable([result]);
    expect(head).toEqual(['step', 'ops', 'casts', 'in and out', 'peak', 'reads', 'host', 'step (p10-p90)', 'items/s', 'loss']);
    expect(rows[0]?.slice(1, 5)).toEqual(['225', '16', '256 MiB', '55.0 MiB']);
  });
});

describe('tables in Markdown', () => {
  test('have as many cells in each line, and bars in a cell do not break it', () => {
    const text = markdownTable({ head: ['a', 'b'], rows: [['x|y', '1']] });
    expect(text).toBe('| a | b |\n| --- | --: |\n| x\\|y | 1 |');
  });
});

test('a rate in bytes counts elements as float32 on every contestant', () => {
  expect(rateOf({ rate: 'GFLOP/s', work: 2e9 }, 1000)).toBe(2);
  expect(rateOf({ rate: 'GB/s', work: 1e9 }, 1000)).toBe(4);
});

describe('a sweep', () => {
  const grid = [1, 2, 4].flatMap((depth) =>
    [2, 4, 8].map((batch) => ({
      batch,
      depth,
      dispatches: 10 + 7 * depth,
      hostMs: 1 + 0.1 * (10 + 7 * depth),
      peakBytes: 1000 * batch * depth + 50,
    })),
  );
  const machine = stepResult(stepSpec({ model: 'cnn', backend: 'webgpu' }), counted, timed).machine;
  const result = { kind: 'sweep', model: 'transformer', contestant: 'stock', points: grid, laws: sweepLaws(grid), machine } as const;

  test('finds that linear costs are linear and that others are not', () => {
    expect(result.laws.map(({ holds }) => holds)).toEqual([true, true, true]);
    const crooked = grid.map((point) => ({ ...point, dispatches: point.depth ** 3, hostMs: point.batch, peakBytes: point.batch ** 3 }));
    expect(sweepLaws(crooked).map(({ holds }) => holds)).toEqual([false, false, false]);
  });

  test('is drawn as three pictures that stand alone', () => {
    const charts = sweepCharts(result);
    expect(charts.map(([name]) => name)).toEqual(['dispatches', 'host', 'peak'].map((part) => `sweep-transformer-stock-${part}`));
    for (const [, svg] of charts) expect(svg).toMatch(/^<svg[^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(sweepTable(result).rows).toHaveLength(9);
  });
});

describe('the page of benchmarks', () => {
  test('has a section for each kind of result, with date, hardware and versions', () => {
    const page = benchmarksPage([race]);
    expect(page).toContain('## Train steps, measured in turn');
    expect(page).toContain('| webgpu float32 | 184 |');
    expect(page).toContain('0.50x (0.50x-0.50x)');
    expect(page).toContain(race.results[0]?.machine.date.slice(0, 10));
    expect(page).toContain(', llvmpipe, on ');
    expect(page).not.toContain('## Single operations');
  });

  test('keeps what ran inside TensorFlow apart, with what a CPU library does not tell', () => {
    const page = benchmarksPage([race, raceInside]);
    const [before = '', inside = ''] = page.split('## Inside TensorFlow');
    expect(before).not.toMatch(/tensorflow float32|halftone-node/);
    expect(inside).toContain('A CPU library tells nothing of a GPU');
    expect(inside).toContain('| tensorflow float32 | 225 | 16 |');
    expect(inside).toContain('TensorFlow 2.21.0 on the CPU, on ');
    expect(benchmarksPage([race])).not.toContain('Inside TensorFlow');
  });

  test('is the same for the same results', () => {
    expect(benchmarksPage([race])).toBe(benchmarksPage([race]));
  });
});
