import type { Outcome } from './run-program.ts';

/** An outcome as plain JSON: a picture's pixels are left out, and what is not a finite number is `null`. */
export interface OutcomeJson {
  readonly name: string;
  readonly length: string;
  readonly seed: number;
  readonly device: string;
  readonly source: string;
  readonly seconds: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly claims: readonly { readonly what: string; readonly holds: boolean; readonly found: string }[];
  readonly numbers: Readonly<Record<string, number | null>>;
  readonly curves: readonly {
    readonly title: string;
    readonly series: readonly { readonly name: string; readonly points: readonly (readonly [number, number | null])[] }[];
  }[];
}

/**
 * Turns an outcome into what `--json`, the evidence and a page's copy hold.
 *
 * Pure. No pixel of a picture goes in: the data may belong to others.
 */
export function outcomeJson(
  { finding, device, source, seconds }: Outcome,
  { name, length, seed }: { readonly name: string; readonly length: string; readonly seed: number },
): OutcomeJson {
  const { columns, rows, claims, numbers, pictures } = finding;
  return {
    name,
    length,
    seed,
    device,
    source,
    seconds: Number(seconds.toFixed(1)),
    columns,
    rows: rows.map((row) => row.map((cell) => (typeof cell === 'number' ? finite(cell) : cell))),
    claims,
    numbers: Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, finite(value)])),
    curves: pictures
      .filter((picture) => picture.kind === 'curves')
      .map(({ title, series }) => ({
        title,
        series: series.map((one) => ({ name: one.name, points: one.points.map(([x, y]) => [x, finite(y)] as const) })),
      })),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
