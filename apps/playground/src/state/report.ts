import type { DeviceReport } from '../protocol.ts';
import type { PlayState } from './play-state.ts';
import { summarizeRun, type RunHistory, type RunSummary } from './records.ts';
import type { Settings } from './settings.ts';

/** A training as JSON, for whoever compares devices. */
export interface PlayReport {
  readonly format: 'halftone-playground';
  readonly version: 1;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly phase: PlayState['phase'];
  readonly settings: Settings;
  readonly data: string | null;
  readonly parameters: number;
  readonly device: DeviceReport | null;
  readonly browser: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly resumedAt: number | null;
  readonly summaries: readonly RunSummary[];
  readonly runs: readonly RunHistory[];
}

/**
 * The report of what a page shows.
 *
 * Pure.
 *
 * @param state - of the page
 * @param made - when, and by which browser
 */
export function reportOf(state: PlayState, made: { readonly at: Date; readonly browser: string }): PlayReport {
  const { phase, settings, source, parameters, device, versions, resumedAt, runs } = state;
  return {
    format: 'halftone-playground',
    version: 1,
    madeAt: made.at.toISOString(),
    phase,
    settings,
    data: source,
    parameters,
    device,
    browser: made.browser,
    versions,
    resumedAt,
    summaries: runs.map(summarizeRun).filter((summary) => summary !== null),
    runs,
  };
}

/**
 * A report as JSON that people can read: a line a step.
 *
 * Pure.
 *
 * @example
 * JSON.parse(reportText(report)); // equals report
 */
export function reportText(report: PlayReport): string {
  const { runs, ...rest } = report;
  const lines = runs.map(({ policy, heldOut, records }) => {
    const steps = records.map((record) => `        ${JSON.stringify(record)}`).join(',\n');
    return `    { "policy": ${JSON.stringify(policy)}, "heldOut": ${JSON.stringify(heldOut)}, "records": [${steps === '' ? '' : `\n${steps}\n      `}] }`;
  });
  const head = JSON.stringify(rest, null, 2).replace(/\n\}$/, '');
  return `${head},\n  "runs": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`;
}
