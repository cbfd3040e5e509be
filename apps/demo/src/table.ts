import Table from 'cli-table3';
import { runTitle, type FinishedRun } from './run-title.ts';
import { tableRows } from './table-rows.ts';

/** Widest value column: three of them and the labels fit 100 characters. */
const VALUE_WIDTH = 24;

/**
 * Writes the runs as one table for a terminal, a column each.
 *
 * Pure; plain characters without colours.
 */
export function resultTable(runs: readonly FinishedRun[]): string {
  const table = new Table({
    head: ['', ...runs.map(({ spec }) => runTitle(spec))],
    colWidths: [23, ...runs.map(() => VALUE_WIDTH)],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { label, values } of tableRows(runs)) table.push([label, ...values]);
  return table.toString();
}
