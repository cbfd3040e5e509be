import type { ReduceNode } from '../node.ts';
import type { Run } from '../view.ts';
import { mergeRuns, stridesOf } from '../view.ts';

/** What a reduction runs over: for each output, `reduced` elements of the input. Strides are those of the input. */
export interface ReduceDomain {
  readonly kept: readonly Run[];
  readonly reduced: readonly Run[];
  readonly outputs: number;
  readonly count: number;
  /** The innermost dimension of the input is one of the reduced. */
  readonly rows: boolean;
}

/** The domain of a reduction, with neighbouring dimensions merged. */
export function domainOf({ shape, axes }: ReduceNode): ReduceDomain {
  const strides = stridesOf(shape);
  const pick = (isReduced: boolean): Run[] => {
    const chosen = shape.map((_, axis) => axis).filter((axis) => axes.includes(axis) === isReduced);
    return mergeRuns(
      chosen.map((axis) => shape[axis] ?? 1),
      chosen.map((axis) => strides[axis] ?? 1),
    );
  };
  const [kept, reduced] = [pick(false), pick(true)];
  const product = (runs: readonly Run[]): number => runs.reduce((total, { length }) => total * length, 1);
  const innermost = (runs: readonly Run[]): number => runs.at(-1)?.stride ?? Infinity;
  return {
    kept,
    reduced,
    outputs: product(kept),
    count: product(reduced),
    rows: innermost(reduced) < innermost(kept) || kept.length === 0,
  };
}

/** Two reductions with the same words visit the same elements in the same order. */
export function domainKey({ kept, reduced }: ReduceDomain): string {
  const words = (runs: readonly Run[]): string => runs.map(({ length, stride }) => `${length}/${stride}`).join();
  return `${words(kept)}:${words(reduced)}`;
}
