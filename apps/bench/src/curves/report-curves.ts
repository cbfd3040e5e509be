import { join } from 'node:path';
import { resultsFolder } from '../folders.ts';
import { describeMachine } from '../machine.ts';
import { terminalTable } from '../table.ts';
import { keepResult, writeText } from '../voice.ts';
import { curvePage } from './curve-chart.ts';
import type { CurveLength } from './curve-spec.ts';
import { curveTable } from './curve-table.ts';
import { judgeCurves, type CurveRun, type CurveVerdict } from './judge-curves.ts';

/** What trainings came to, in words and as data. */
export interface CurveReport {
  readonly verdicts: readonly CurveVerdict[];
  /** The table for a terminal. */
  readonly table: string;
  /** The plot, which is left in the cache: it shows data of others and is not published. */
  readonly page: string;
}

/** Judges trainings and leaves the result and the plot in `.cache/bench`. */
export function reportCurves(runs: readonly CurveRun[], length: CurveLength): CurveReport {
  const verdicts = judgeCurves(runs, length);
  const page = join(resultsFolder(), `curves-${length}.html`);
  writeText(page, curvePage(runs));
  keepResult(`curves-${length}`, {
    kind: 'curves',
    length,
    verdicts,
    runs,
    machine: describeMachine(runs[0]?.device ?? '-', process.versions.node),
  });
  return { verdicts, table: terminalTable(curveTable(verdicts)), page };
}
