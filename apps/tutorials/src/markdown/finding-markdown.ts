import type { OutcomeJson } from '../outcome-json.ts';

/** What `npm run evidence` keeps of a tutorial's full run. */
export interface KeptFinding {
  readonly passed: boolean;
  readonly details: OutcomeJson;
  readonly commit: string;
  readonly date: string;
  readonly hardware: string;
  readonly seconds: number;
}

/**
 * Writes a kept finding as Markdown: the table, a line a claim, and where and when it was found.
 *
 * Pure.
 *
 * @param kept - absent where the full run is not committed yet; then one line says so
 */
export function findingMarkdown(name: string, kept: KeptFinding | undefined): string {
  const command = `\`npm run evidence -- tutorial-${name}\``;
  if (kept === undefined) return `The full run is not committed yet; ${command} makes it, \`npm run tutorials -- ${name}\` a shorter one.`;
  const { columns, rows, claims, device, source, seconds } = kept.details;
  const table = [columns, columns.map(() => '---'), ...rows].map(
    (row) => `| ${row.map((cell) => escaped(String(cell ?? '-'))).join(' | ')} |`,
  );
  const promises = claims.map(({ what, holds, found }) => `- ${holds ? 'Holds' : '**Does not hold**'}: ${what} (${found}).`);
  const where = [device, source].filter((part) => part !== '').join('; ');
  const when = `${kept.date.slice(0, 10)}, commit \`${kept.commit.slice(0, 7)}\`, ${kept.hardware}`;
  return [...table, '', ...promises, '', `Found by ${command}, full length, in ${Math.round(seconds)} s on ${when}: ${where}.`].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
