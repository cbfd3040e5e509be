import Table from 'cli-table3';
import type { Finding } from '../finding.ts';

/**
 * Writes a finding for a terminal: the table, then a line for each claim.
 *
 * Pure; plain characters without colours.
 */
export function findingText({ columns, rows, claims }: Finding): string {
  const table = new Table({ head: [...columns], wordWrap: true, style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push(row.map(String));
  const lines = claims.map(({ what, holds, found }) => `${holds ? 'holds ' : 'FAILED'}  ${what} (${found})`);
  return [table.toString(), ...lines].join('\n');
}
