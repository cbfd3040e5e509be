import { bytes, loss, milliseconds, percent, scaleText } from './figures.ts';
import { judge } from './outcome.ts';
import type { FinishedRun } from './run-title.ts';
import type { RunResult, ScalePoint, TensorflowFacts } from './run-result.ts';

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
  { label: 'peak device bytes', value: (result) => (result.tensorflow === null ? bytes(result.counters?.peakBytes) : '-') },
  { label: 'peak bytes of handles', value: (result) => (result.tensorflow === null ? '-' : bytes(result.counters?.peakBytes)) },
  { label: 'dispatches a step', value: (result) => String(result.counters?.dispatches ?? '-') },
  { label: 'TensorFlow ops a step', value: (result) => String(result.counters?.ops ?? '-') },
  { label: 'bytes bound a step', value: (result) => (result.tensorflow === null ? bytes(result.counters?.storageBytesBound) : '-') },
  { label: 'in and out of ops', value: (result) => (result.tensorflow === null ? '-' : bytes(result.counters?.storageBytesBound)) },
  { label: 'readbacks a step', value: (result) => String(result.counters?.readbacks ?? '-') },
  { label: 'casts a step', value: ({ tensorflow }) => (tensorflow === null ? '-' : castStory(tensorflow)) },
  { label: 'products in half', value: ({ tensorflow }) => (tensorflow === null ? '-' : share(tensorflow.products)) },
  { label: 'weights are', value: ({ tensorflow }) => (tensorflow === null ? '-' : typesText(tensorflow.weightTypes)) },
  { label: 'handles, each epoch', value: ({ tensorflow }) => tensorflow?.handlesAfterEpoch.join(', ') || '-' },
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

/** `12 (3 of weights)`: what a step casts, in both directions. */
function castStory({ casts }: TensorflowFacts): string {
  return `${casts.down + casts.up} (${casts.weights} of weights)`;
}

/** `10 of 12 inputs`. */
function share({ halfInputs, floatInputs }: TensorflowFacts['products']): string {
  return `${halfInputs} of ${floatInputs} inputs`;
}

/** `8 float32`, or `6 float32, 2 float16`. */
function typesText(types: TensorflowFacts['weightTypes']): string {
  return Object.entries(types)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');
}
