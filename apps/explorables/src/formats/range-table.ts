import { inShort } from '../shared/number-words.ts';
import type { TableData } from '../shared/table.ts';
import { numberFormats } from './number-format.ts';
import type { Placing } from './placing.ts';
import { regionWords, relativeWords } from './words.ts';

/**
 * The same as the cards and the chart, as a table.
 *
 * @param valueText - the number as it was typed
 * @param placings - what each format makes of it, in the order of `numberFormats`
 */
export function rangeTable(valueText: string, placings: readonly Placing[]): TableData {
  return {
    caption: `${valueText} in each format, and what the format reaches`,
    columns: ['format', 'stored as', 'lies in', 'absolute error', 'relative error', 'in ulps', 'step there', 'smallest', 'smallest normal', 'largest'],
    rows: numberFormats.map((format, i) => {
      const placing = placings[i];
      const cells = placing === undefined ? [] : placingCells(placing);
      return [format.name, ...cells, inShort(format.minSubnormal), inShort(format.minNormal), inShort(format.max)];
    }),
  };
}

function placingCells(placing: Placing): readonly string[] {
  const { stored, error, relative, ulps, spacing } = placing;
  const known = (value: number): string => (Number.isFinite(value) ? inShort(value) : '–');
  return [inShort(stored), regionWords(placing), known(error), relativeWords(relative), known(ulps), known(spacing)];
}
