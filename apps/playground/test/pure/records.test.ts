import { describe, expect, it } from 'vitest';
import { chartSummary, chartTable } from '../../src/charts/chart-text.ts';
import { formatBytes, MEASURES, type Measure } from '../../src/charts/measures.ts';
import { openedState } from '../../src/state/play-state.ts';
import { summarizeRun, thinned, type RunHistory, type StepRecord } from '../../src/state/records.ts';
import { reportOf, reportText } from '../../src/state/report.ts';
import { defaultSettings } from '../../src/state/settings.ts';

const records = (count: number, change: (step: number) => Partial<StepRecord> = () => ({})): StepRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    step: i + 1,
    loss: 2,
    accuracy: 0.25,
    scale: 1024,
    skipped: false,
    milliseconds: 10,
    heldBytes: 1000,
    peakBytes: 2000,
    ...change(i + 1),
  }));
const run = (of: readonly StepRecord[], policy: RunHistory['policy'] = 'mixed_float16'): RunHistory => ({
  policy,
  records: of,
  heldOut: null,
});
const measure = (name: string): Measure => MEASURES.find((one) => one.name === name) as Measure;

describe('the summary of a run', () => {
  it('averages its last ten steps and leaves steps that compile out of the time', () => {
    const found = summarizeRun(run(records(30, (step) => ({ loss: step > 20 ? 1 : 9, milliseconds: step <= 2 ? 5000 : step }))));
    expect(found).toMatchObject({ steps: 30, loss: 1, accuracy: 0.25, milliseconds: 17 });
  });

  it('counts skipped steps, and has no loss where none was finite', () => {
    const found = summarizeRun(run(records(3, (step) => ({ skipped: step < 3, loss: null }))));
    expect(found).toMatchObject({ skipped: 2, loss: null });
  });

  it('takes the highest peak of late steps, not that of the first', () => {
    expect(summarizeRun(run(records(20, (step) => ({ peakBytes: step === 1 ? 9999 : step }))))?.peakBytes).toBe(20);
  });
});

describe('thinned records', () => {
  it('keep the first and the last', () => {
    expect(thinned(records(100), 5).map(({ step }) => step)).toEqual([1, 26, 51, 75, 100]);
    expect(thinned(records(3), 5)).toHaveLength(3);
  });
});

describe('what a chart says', () => {
  it('is where each run began and where it is', () => {
    const runs = [
      run(
        records(2, (step) => ({ loss: 4 / step })),
        'float32',
      ),
    ];
    expect(chartSummary(measure('loss'), runs)).toBe('float32: 4.000 at step 1, 2.000 at step 2.');
  });

  it('names the steps that were skipped', () => {
    expect(chartSummary(measure('scale'), [run(records(4, (step) => ({ skipped: step === 2 || step === 3 })))])).toContain(
      '2 skipped (steps 2, 3)',
    );
    expect(chartSummary(measure('scale'), [run(records(4))])).toContain('no step skipped');
  });

  it('is also a table, with marks and gaps', () => {
    const runs = [
      run(
        records(3, () => ({ scale: null })),
        'float32',
      ),
      run(records(2, (step) => ({ skipped: step === 1 }))),
    ];
    expect(chartTable(measure('scale'), runs)).toEqual({
      columns: ['Step', 'float32', 'mixed_float16'],
      rows: [
        ['1', '–', '1,024 (skipped)'],
        ['2', '–', '1,024'],
        ['3', '–', '–'],
      ],
    });
  });

  it('admits that there is nothing yet', () => {
    expect(chartSummary(measure('bytes'), [])).toBe('No numbers yet.');
  });
});

describe('bytes in words', () => {
  it('have three digits', () => {
    expect([0, 999, 1500, 4_190_000, 2e9].map(formatBytes)).toEqual(['0 B', '999 B', '1.50 kB', '4.19 MB', '2.00 GB']);
  });
});

describe('the report', () => {
  it('is JSON with every step, a line each', () => {
    const runs = [run(records(3, (step) => ({ loss: step === 2 ? null : step }))), run([], 'float32')];
    const report = reportOf({ ...openedState(defaultSettings(), null), runs }, { at: new Date(0), browser: 'a browser' });
    const text = reportText(report);
    expect(JSON.parse(text)).toEqual(report);
    expect(text.split('\n').filter((line) => line.includes('"milliseconds":10'))).toHaveLength(3);
    expect(report.summaries).toHaveLength(1);
  });
});
