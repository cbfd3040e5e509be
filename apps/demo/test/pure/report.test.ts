import { describe, expect, test } from 'vitest';
import { judge } from '../../src/outcome.ts';
import { reportPage } from '../../src/report-page.ts';
import { resultJson } from '../../src/result-json.ts';
import { resultTable } from '../../src/table.ts';
import { scaleStory } from '../../src/table-rows.ts';
import { verdict } from '../../src/verdict.ts';
import { exampleNodeRun, exampleRun, exampleRuns } from './example-runs.ts';

const FACTS = {
  deviceLine: 'Device: a <chip>.',
  data: 'drawn digits',
  verdict: 'It learned.',
  next: [{ command: 'npm start', purpose: 'again' }],
  command: 'npm start',
  written: new Date(0),
};

describe('judge', () => {
  test.each([
    ['learned', [2.3, 1, 0.3, 0.2]],
    ['not-a-number', [2.3, 9, Number.NaN, Number.NaN]],
    ['not-a-number', [2.3, Infinity, Infinity, Infinity]],
    ['diverged', [2.8, 14.2, 14.2, 14.2]],
    ['stuck', [2.4, 2.3, 2.31, 2.3]],
  ] as const)('calls it %s when the losses are %j', (kind, losses) => {
    expect(judge(losses).kind).toBe(kind);
  });

  test('names the first step whose loss is no number, and what it was', () => {
    expect(judge([2.3, 9, Infinity, Number.NaN])).toMatchObject({ firstNonFinite: 3, text: 'its loss is Infinity from step 3 on' });
  });

  test('takes a training that went through a NaN and came back as learned, but keeps the step', () => {
    expect(judge([2.3, Number.NaN, 0.3, 0.2])).toMatchObject({ kind: 'learned', firstNonFinite: 2 });
  });

  test('means the last tenth of the losses as final loss', () => {
    expect(judge([...Array.from({ length: 18 }, () => 2), 0.2, 0.4]).finalLoss).toBeCloseTo(0.3, 12);
  });
});

describe('verdict', () => {
  test('praises what learned, counts what was saved and says how plain half failed', () => {
    const words = verdict(exampleRuns());
    expect(words).toContain(
      'learned as well as float32 (95.0 % against 96.0 %), with 0.50x of its peak memory, 0.50x of its bytes bound and 0.50x of its dispatches.',
    );
    expect(words).toContain('failed: its loss is NaN from step 3 on, and it names none of the held-out digits');
  });

  test('says that mixed precision failed when it did', () => {
    expect(verdict([exampleRun('mixed', { losses: [2.3, 2.3, 2.3, 2.3] })])).toContain('did not learn: it is stuck at loss 2.30');
  });

  test('says that mixed precision stands behind when it does', () => {
    expect(verdict([exampleRun('stock'), exampleRun('mixed', { accuracy: 0.9 })])).toContain(
      'stands behind float32 (90.0 % against 96.0 %)',
    );
  });

  test('does not hide a plain half training that learned', () => {
    expect(verdict([exampleRun('everything-half')])).toContain('learned this time');
  });

  test('compares nothing without the stock run', () => {
    expect(verdict([exampleRun('mixed')])).not.toContain('float32');
  });
});

describe('the table', () => {
  test('has a column for each run and a row for each figure', () => {
    const text = resultTable(exampleRuns());
    for (const title of ['stock tfjs float32', 'everything in half', 'Halftone mixed_float16']) expect(text).toContain(title);
    for (const label of [
      'accuracy',
      'final loss',
      'loss scale',
      'skipped steps',
      'peak device bytes',
      'dispatches',
      'bytes bound',
      'step time',
      "weights' file",
    ])
      expect(text).toContain(label);
    expect(text).toContain('2^16 > 2^15 (step 2)');
  });

  test('fits a terminal of 100 characters', () => {
    const widths = resultTable(exampleRuns())
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(100);
  });

  test('shows a dash where a run was not counted, and no row where none was', () => {
    const uncounted = exampleRun('mixed', { counters: null });
    expect(resultTable([exampleRun('stock'), uncounted])).toMatch(/peak device bytes +│ 4\.0 MiB +│ - /);
    expect(resultTable([uncounted])).not.toContain('peak device bytes');
  });

  test('shortens a long history of the scale', () => {
    const history = Array.from({ length: 9 }, (_, i) => ({ step: i + 1, scale: 2 ** (16 - i) }));
    expect(scaleStory(history)).toBe('2^16 > 2^15 (step 2) > 2^14 (step 3) > 2^13 (step 4) > 2^12 (step 5) > 4 more');
  });
});

describe('runs inside TensorFlow', () => {
  const runs = [exampleNodeRun('stock'), exampleNodeRun('mixed', { weightTypes: { float32: 11, float16: 1 } })];

  test('have rows of their own in the table, and none of a GPU', () => {
    const text = resultTable(runs);
    for (const row of [
      /peak bytes of handles +│ 4\.0 MiB +│ 3\.0 MiB/,
      /TensorFlow ops a step +│ 323 +│ 273/,
      /in and out of ops +│ 2\.0 MiB +│ 1\.0 MiB/,
      /casts a step +│ 0 \(0 of weights\) +│ 26 \(3 of weights\)/,
      /products in half +│ 0 of 18 inputs +│ 10 of 18 inputs/,
      /weights are +│ 12 float32 +│ 11 float32, 1 float16/,
      /handles, each epoch +│ 30, 30, 30/,
    ])
      expect(text).toMatch(row);
    expect(text).not.toMatch(/dispatches|bytes bound|peak device/);
    expect(resultTable(exampleRuns())).not.toMatch(/TensorFlow|handles|casts/);
  });

  test('are compared by peak and by what goes in and out of ops', () => {
    expect(verdict(runs)).toContain('with 0.75x of its peak memory and 0.50x of the bytes that go in and out of its ops.');
  });

  test('tell in --json what was seen inside TensorFlow', () => {
    const [stock, mixed] = resultJson(runs, { plugin: 'node', device: 'd', verdict: 'v', data: 'x', seed: 1 }).runs;
    expect(stock).toMatchObject({ backend: 'tensorflow', dispatches: null, latePipelines: null, ops: 323, storageBytesBound: 2 ** 21 });
    expect(mixed).toMatchObject({
      backend: 'halftone-node',
      tensorflow: { weightTypes: { float32: 11, float16: 1 }, handlesAfterEpoch: [30, 30, 30], casts: { weights: 3 }, weightMatrices: 3 },
    });
  });
});

describe('--json', () => {
  const json: unknown = JSON.parse(
    JSON.stringify(resultJson(exampleRuns(), { plugin: 'webgpu', device: 'd', verdict: 'v', data: 'x', seed: 1 })),
  );

  test('has the promised shape', () => {
    const run = {
      backend: expect.any(String),
      policy: expect.any(String),
      accuracy: expect.any(Number),
      losses: expect.any(Array),
      peakBytes: expect.any(Number),
      dispatches: expect.any(Number),
      storageBytesBound: expect.any(Number),
      skipped: expect.any(Number),
    };
    expect(json).toMatchObject({
      plugin: 'webgpu',
      runs: [
        { ...run, backend: 'webgpu', policy: 'float32', scale: null },
        { ...run, policy: 'float16', scale: null },
        { ...run, policy: 'mixed_float16', scale: 32768, skipped: 1 },
      ],
    });
  });

  test('writes null for a loss that is no number and says when that began', () => {
    expect(json).toMatchObject({
      runs: [{}, { losses: [2.3, 9, null, null], outcome: 'not-a-number', firstNonFiniteStep: 3, finalLoss: null }, {}],
    });
  });

  test('writes null for counters that no GPU gave', () => {
    const [run] = resultJson([exampleRun('mixed', { counters: null })], {
      plugin: 'emulate',
      device: 'd',
      verdict: 'v',
      data: 'x',
      seed: 1,
    }).runs;
    expect(run).toMatchObject({ peakBytes: null, dispatches: null, storageBytesBound: null });
  });
});

describe('the report', () => {
  const page = reportPage(exampleRuns(), FACTS);

  test('needs nothing but itself', () => {
    expect(page).not.toMatch(/<script|<link|<img|src=|url\(|https?:\/\/(?!www\.w3\.org)/);
  });

  test('draws the losses and the scale as two pictures with axes', () => {
    expect(page.match(/<svg[^>]*aria-label="Lo/g)).toHaveLength(2);
    expect(page).toContain('training step');
    expect(page).toContain('2^16');
  });

  test('ends the line of a run whose loss is no number with a cross and says so', () => {
    expect(page).toContain('The cross marks the last step at which everything in half had a loss: its loss is NaN from step 3 on.');
    expect(page).not.toMatch(/ d="[^"]*NaN/);
  });

  test('draws no scale where nothing was scaled', () => {
    expect(reportPage([exampleRun('stock')], FACTS)).not.toContain('<h2>Loss scale</h2>');
  });

  test('follows light and dark and escapes what it is given', () => {
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).toContain('Device: a &lt;chip&gt;.');
  });
});
