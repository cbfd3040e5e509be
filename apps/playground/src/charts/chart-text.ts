import type { TableData } from '@halftone/page/table';
import { COMPILING_STEPS, thinned, type RunHistory, type StepRecord } from '../state/records.ts';
import type { Measure } from './measures.ts';

/** Rows of the table under a chart. */
const ROWS = 16;

/**
 * What a chart shows, in one sentence a run: where it began, where it is, and for a loss scale how many steps were skipped.
 *
 * Pure.
 */
export function chartSummary(measure: Measure, runs: readonly RunHistory[]): string {
  const sentences = runs.flatMap((run) => {
    const skippable = measure.hidesFirst ? run.records.slice(COMPILING_STEPS) : run.records;
    const shown = skippable.flatMap((record) => {
      const value = measure.valueOf(record);
      return value === null ? [] : [{ step: record.step, value }];
    });
    const [first, last] = [shown[0], shown.at(-1)];
    if (first === undefined || last === undefined) return [];
    const skipped = measure.marksSkipped ? skippedText(run.records) : '';
    return [
      `${run.policy}: ${measure.format(first.value)} at step ${first.step}, ${measure.format(last.value)} at step ${last.step}${skipped}.`,
    ];
  });
  return sentences.length === 0 ? 'No numbers yet.' : sentences.join(' ');
}

function skippedText(records: readonly StepRecord[]): string {
  const steps = records.filter(({ skipped }) => skipped).map(({ step }) => step);
  const named = steps.length > 5 ? `${steps.slice(0, 5).join(', ')}, …` : steps.join(', ');
  return steps.length === 0 ? ', no step skipped' : `, ${steps.length} skipped (${steps.length === 1 ? 'step' : 'steps'} ${named})`;
}

/**
 * The numbers of a chart as a table: the last step and some before it, evenly spread.
 *
 * Pure.
 */
export function chartTable(measure: Measure, runs: readonly RunHistory[]): TableData {
  const longest = runs.reduce<readonly StepRecord[]>((most, { records }) => (records.length > most.length ? records : most), []);
  const rows = thinned(longest, ROWS).map(({ step }) => [
    String(step),
    ...runs.map(({ records }) => {
      const record = records[step - 1];
      const value = record === undefined ? null : measure.valueOf(record);
      return `${value === null ? '–' : measure.format(value)}${measure.marksSkipped && record?.skipped === true ? ' (skipped)' : ''}`;
    }),
  ]);
  return { columns: ['Step', ...runs.map(({ policy }) => policy)], rows };
}
