import type { TableData } from '@halftone/page/table';
import { formatBytes } from '../charts/measures.ts';
import { summarizeRun, type RunHistory, type RunSummary } from '../state/records.ts';

interface Row {
  readonly title: string;
  readonly text: (summary: RunSummary, run: RunHistory) => string;
  /** What is compared as a ratio of the second run to the first; `null` where no ratio means anything. */
  readonly ratio: ((summary: RunSummary) => number) | null;
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

const ROWS: readonly Row[] = [
  {
    title: 'Loss, last 10 steps',
    text: ({ loss }) => (loss === null ? 'not finite' : loss.toFixed(4)),
    ratio: ({ loss }) => loss ?? Number.NaN,
  },
  { title: 'Accuracy, last 10 steps', text: ({ accuracy }) => percent(accuracy), ratio: null },
  { title: 'Loss, held out', text: (_, { heldOut }) => heldOut?.loss.toFixed(4) ?? '–', ratio: null },
  { title: 'Accuracy, held out', text: (_, { heldOut }) => (heldOut === null ? '–' : percent(heldOut.accuracy)), ratio: null },
  { title: 'Skipped steps', text: ({ skipped }) => String(skipped), ratio: null },
  { title: 'Loss scale', text: ({ scale }) => (scale === null ? 'none' : scale.toLocaleString('en')), ratio: null },
  {
    title: 'Step time, median',
    text: ({ milliseconds }) => (milliseconds === 0 ? '–' : `${milliseconds.toFixed(0)} ms`),
    ratio: ({ milliseconds }) => milliseconds,
  },
  { title: 'Device bytes, peak of a step', text: ({ peakBytes }) => formatBytes(peakBytes), ratio: ({ peakBytes }) => peakBytes },
  { title: 'Device bytes between steps', text: ({ heldBytes }) => formatBytes(heldBytes), ratio: ({ heldBytes }) => heldBytes },
];

/**
 * The runs beside one another, with ratios where there are two.
 *
 * Pure.
 *
 * @returns `null` before the first step of each run
 */
export function resultTable(runs: readonly RunHistory[]): TableData | null {
  const found = runs.flatMap((run) => {
    const summary = summarizeRun(run);
    return summary === null ? [] : [{ run, summary }];
  });
  const [first, second] = [found[0], found[1]];
  if (first === undefined || found.length < runs.length) return null;
  const columns = ['', ...found.map(({ run }) => run.policy), ...(second === undefined ? [] : ['ratio'])];
  const rows = ROWS.map(({ title, text, ratio }) => {
    const quotient = second === undefined || ratio === null ? Number.NaN : ratio(second.summary) / ratio(first.summary);
    return [
      title,
      ...found.map(({ summary, run }) => text(summary, run)),
      ...(second === undefined ? [] : [Number.isFinite(quotient) ? quotient.toFixed(2) : '']),
    ];
  });
  return { columns, rows };
}
