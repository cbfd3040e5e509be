import { barChart } from '../chart.ts';
import { mebibytes, ratio, whole } from '../figures.ts';
import type { TextTable } from '../table.ts';
import { fitRatios, type FitResult, type FitRow } from './fit-result.ts';

/** One row a model, dimension and contestant. Pure. */
export function fitTable({ budgetBytes, rows }: Pick<FitResult, 'budgetBytes' | 'rows'>): TextTable {
  return {
    head: [`under ${mebibytes(budgetBytes)}`, 'largest', 'peak there', 'over float32', 'over stock', 'held by'],
    rows: rows.map((row) => [
      `${fitTitle(row)}: ${row.contestant}`,
      whole(row.largest),
      mebibytes(row.peakBytes),
      ratio(overOf(rows, row, 'float32')),
      ratio(overOf(rows, row, 'stock')),
      row.heldBy,
    ]),
  };
}

/** `unet 128, batch` or `unet 128, depth at batch 4`. Pure. */
export function fitTitle({ model, dimension, batch, size }: FitRow): string {
  return `${model} ${size}, ${dimension}${dimension === 'depth' ? ` at batch ${batch ?? 1}` : ''}`;
}

/** Lines for people: what ended each search, and the losses of real steps. Pure. */
export function fitLines({ rows }: Pick<FitResult, 'rows'>): readonly string[] {
  return rows.map((row) => {
    const trained = row.losses === null ? '' : ` Trained there: losses ${row.losses.map((loss) => loss?.toFixed(4) ?? 'NaN').join(', ')}.`;
    return `${fitTitle(row)}, ${row.contestant}: ${row.limit}${trained}`;
  });
}

/** Largest sizes over those of our float32, as bars. Pure. */
export function fitChart({ budgetBytes, rows }: FitResult): string {
  const bars = rows.flatMap((row) => {
    const value = overOf(rows, row, 'float32') ?? (row.contestant === 'float32' ? 1 : null);
    return value === null ? [] : [{ group: `${row.model}\n${row.dimension}`, name: row.contestant, value, low: value, high: value }];
  });
  return barChart(bars, {
    title: `What trains under ${mebibytes(budgetBytes)}, over our own float32`,
    xLabel: '',
    yLabel: 'largest size / largest of our float32',
    yMax: 1.4 * Math.max(1, ...bars.map(({ value }) => value)), // names stand above the bars
  });
}

function overOf(rows: readonly FitRow[], { model, dimension, contestant, largest }: FitRow, over: FitRow['contestant']): number | null {
  if (contestant.startsWith('mixed'))
    return (
      fitRatios(rows).find(
        (one) => one.model === model && one.dimension === dimension && one.contestant === contestant && one.over === over,
      )?.ratio ?? null
    );
  const other = rows.find((row) => row.model === model && row.dimension === dimension && row.contestant === over);
  return other === undefined || other.largest === 0 || contestant === over ? null : largest / other.largest;
}
