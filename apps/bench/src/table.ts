import Table from 'cli-table3';

/** A table as plain data: it goes to a terminal and into the documentation. */
export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Leaves out the columns in which every row has a dash. Pure. */
export function withoutEmptyColumns({ head, rows }: TextTable): TextTable {
  const isKept = (_cell: string, column: number): boolean => rows.some((row) => row[column] !== '-');
  return { head: head.filter(isKept), rows: rows.map((row) => row.filter(isKept)) };
}

/** Writes a table for a terminal: plain characters, numbers to the right. Pure. */
export function terminalTable({ head, rows }: TextTable): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** Writes a table in Markdown, numbers to the right. Pure. */
export function markdownTable({ head, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
