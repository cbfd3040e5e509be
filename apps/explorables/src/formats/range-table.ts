import { inFull, inShort, inShortUnlike } from '../shared/number-words.ts';
import type { CaptionedTable } from '../shared/captioned-table.ts';
import { numberFormats } from './number-format.ts';
import type { Placing } from './placing.ts';
import { regionWords, relativeWords } from './words.ts';

/**
 * The same as the cards and the chart, as a table.
 *
 * @param value - the number that was typed
 * @param placings - what each format makes of it, in the order of `numberFormats`
 */
export function rangeTable(value: number, placings: readonly Placing[]): CaptionedTable {
  return {
    caption: `${inFull(value)} in each format, and what the format reaches`,
    columns: [
      'format',
      'stored as',
      'lies in',
      'absolute error',
      'relative error',
      'in ulps',
      'step there',
      'smallest',
      'smallest normal',
      'largest',
    ],
    rows: numberFormats.map((format, i) => {
      const placing = placings[i];
      const cells = placing === undefined ? [] : placingCells(value, placing);
      return [format.name, ...cells, inShort(format.minSubnormal), inShort(format.minNormal), inShort(format.max)];
    }),
  };
}

function placingCells(value: number, placing: Placing): readonly string[] {
  const { stored, error, relative, ulps, spacing } = placing;
  const known = (one: number): string => (Number.isFinite(one) ? inShort(one) : '–');
  return [inShortUnlike(stored, value), regionWords(placing), known(error), relativeWords(relative), known(ulps), known(spacing)];
}
