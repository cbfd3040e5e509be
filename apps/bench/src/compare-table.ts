import { loss, mebibytes, microseconds, milliseconds, ratio, whole } from './figures.ts';
import type { RaceResult } from './race.ts';
import { castsOf, isTensorflow, workTitle } from './step-table.ts';
import { withoutEmptyColumns, type TextTable } from './table.ts';

/** A race as rows: one contestant each, stock first; no column that nobody has. Pure. */
export function compareTable({ model, batch, results, ratios }: RaceResult): TextTable {
  const [stock] = results;
  const isInside = stock !== undefined && isTensorflow(stock);
  return withoutEmptyColumns({
    head: [
      stock === undefined ? `${model}, batch ${batch}` : workTitle(stock),
      'dispatches',
      'ops',
      'casts',
      isInside ? 'in and out' : 'bound',
      'peak',
      'host/dispatch',
      'step',
      'time / stock (p10-p90)',
      'peak / stock',
      'loss',
    ],
    rows: results.map((result, i) => {
      const time = ratios[i - 1]?.time;
      return [
        `${result.backend} ${result.policy}`,
        whole(result.dispatches),
        whole(result.ops ?? null),
        castsOf(result),
        mebibytes(result.storageBytesBound),
        mebibytes(result.peakBytes),
        microseconds(result.hostUsPerDispatch),
        milliseconds(result.stepMs?.median ?? null),
        time === undefined ? '-' : `${ratio(time.median)} (${ratio(time.p10)}-${ratio(time.p90)})`,
        ratio(result.peakBytes === null || stock?.peakBytes === null || stock === undefined ? null : result.peakBytes / stock.peakBytes),
        loss(result.losses?.at(-1)),
      ];
    }),
  });
}
