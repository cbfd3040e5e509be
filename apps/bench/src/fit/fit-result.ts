import type { ContestantName } from '../compare-arguments.ts';
import type { Machine } from '../machine.ts';
import type { ModelName } from '../models/model-table.ts';
import type { Dimension } from './fit-probe.ts';
import type { SizeProbe } from './search.ts';

/** The largest batch or depth of one model with one contestant. */
export interface FitRow {
  readonly model: ModelName;
  readonly dimension: Dimension;
  readonly contestant: ContestantName;
  /** 0 where not even one fits. */
  readonly largest: number;
  /** The sizes that were not searched. */
  readonly batch: number | null;
  readonly depth: number | null;
  readonly size: number;
  /** By the meter, from the start of the process to the end of the third step. */
  readonly peakBytes: number | null;
  /** Who holds the budget: the plug-in, which refuses more, or the meter, which only counts. */
  readonly heldBy: 'plug-in' | 'meter';
  /** What ended the search. */
  readonly limit: string;
  /** Steps trained for real at that size; `null` where they were only counted. */
  readonly losses: readonly (number | null)[] | null;
  readonly probes: readonly SizeProbe[];
}

/** How much more mixed precision trains than another contestant under the same budget. */
export interface FitRatio {
  readonly model: ModelName;
  readonly dimension: Dimension;
  readonly contestant: ContestantName;
  readonly over: ContestantName;
  readonly ratio: number | null;
}

/** The JSON object that `fit` ends with. */
export interface FitResult {
  readonly kind: 'fit';
  readonly budgetBytes: number;
  readonly countOnly: boolean;
  readonly rows: readonly FitRow[];
  readonly ratios: readonly FitRatio[];
  readonly machine: Machine;
}

/** The ratios of the mixed contestants over the others, by model and dimension. Pure. */
export function fitRatios(rows: readonly FitRow[]): readonly FitRatio[] {
  return rows
    .filter(({ contestant }) => contestant.startsWith('mixed'))
    .flatMap(({ model, dimension, contestant, largest }) =>
      rows
        .filter((other) => other.model === model && other.dimension === dimension && !other.contestant.startsWith('mixed'))
        .map((other) => ({
          model,
          dimension,
          contestant,
          over: other.contestant,
          ratio: other.largest === 0 ? null : largest / other.largest,
        })),
    );
}
