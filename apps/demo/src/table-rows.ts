import { bytes, loss, milliseconds, percent, scaleText } from './figures.ts';
import { judge } from './outcome.ts';
import type { FinishedRun } from './run-title.ts';
import type { RunResult, ScalePoint } from './run-result.ts';

/** One line of the table: what it is, and its value for each run. */
export interface TableRow {
  readonly label: string;
  readonly values: readonly string[];
}

const SHOWN_CHANGES = 4;

/** What the table tells of a run. */
const ROWS: readonly { readonly label: string; readonly value: (result: RunResult, run: FinishedRun) => string }[] = [
  { label: 'backend', value: (result) => result.backend },
  { label: 'halves stored as', value: (result) => (result.codec === 'f32' ? '-' : result.codec) },
  { label: 'accuracy (held out)', value: (result) => percent(result.accuracy) },
  { label: 'final loss', value: (result) => loss(judge(result.losses).finalLoss) },
  { label: 'loss scale', value: (result) => scaleStory(result.scaleHistory) },
  { label: 'skipped steps', value: (result, { spec }) => (spec.kind === 'mixed' ? String(result.skipped) : '-') },
  { label: 'peak device bytes', value: (result) => bytes(result.counters?.peakBytes) },
  { label: 'dispatches a step', value: (result) => String(result.counters?.dispatches ?? '-') },
  { label: 'bytes bound a step', value: (result) => bytes(result.counters?.storageBytesBound) },
  { label: 'readbacks a step', value: (result) => String(result.counters?.readbacks ?? '-') },
  { label: 'step time (median)', value: (result) => milliseconds(result.stepMs) },
  {
    label: "weights' file",
    value: (result) => (result.weights === null ? '-' : `${bytes(result.weights.fileBytes)} ${result.weights.format}`),
  },
  {
    label: 'accuracy of that file',
    value: (result) => percent(result.fileAccuracy ?? (result.weights?.format === 'float32' ? result.accuracy : null)),
  },
];

/**
 * Lays out what is known of the runs, one row a figure.
 *
 * Pure.
 *
 * @param runs - finished runs, in the order of the columns
 */
export function tableRows(runs: readonly FinishedRun[]): TableRow[] {
  const rows = ROWS.map(({ label, value }) => ({ label, values: runs.map((run) => value(run.result, run)) }));
  return rows.filter(({ values }) => values.some((value) => value !== '-')); // the emulated plug-in has no GPU to count
}

/** `2^16` or `2^16 > 2^15 (step 3) > ...`: what the scale went through. */
export function scaleStory(history: readonly ScalePoint[]): string {
  const [first, ...changes] = history;
  if (first === undefined) return '-';
  const shown = changes.slice(0, SHOWN_CHANGES).map(({ step, scale }) => `${scaleText(scale)} (step ${step})`);
  const more = changes.length - shown.length;
  return [scaleText(first.scale), ...shown, ...(more > 0 ? [`${more} more`] : [])].join(' > ');
}
