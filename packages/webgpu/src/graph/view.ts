import type { View } from './record.ts';

/** One dimension of an index: how long it is, and how far its neighbour lies in the input. */
export interface Run {
  readonly length: number;
  readonly stride: number;
}

/** The ways in which an output index finds its input index, simplest first. */
export type Access =
  | { readonly kind: 'same' }
  | { readonly kind: 'constant'; readonly offset: number }
  /** index % length: repeated along the leading dimensions. */
  | { readonly kind: 'suffix'; readonly length: number }
  /** index / length: repeated along the trailing dimensions. */
  | { readonly kind: 'prefix'; readonly length: number }
  | { readonly kind: 'general'; readonly offset: number; readonly runs: readonly Run[] };

/** Merges dimensions that lie behind each other, and drops those of length 1. */
export function mergeRuns(shape: readonly number[], strides: readonly number[]): Run[] {
  const runs: Run[] = [];
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const run = { length, stride: strides[axis] ?? 0 };
    const last = runs.at(-1);
    if (last !== undefined && last.stride === run.stride * length)
      runs[runs.length - 1] = { length: last.length * length, stride: run.stride };
    else runs.push(run);
  });
  return runs;
}

/** Classifies a view on a node of this shape. */
export function accessOf(shape: readonly number[], view: View | null): Access {
  if (view === null) return { kind: 'same' };
  const { offset } = view;
  const runs = mergeRuns(shape, view.strides);
  if (runs.every(({ stride }) => stride === 0)) return { kind: 'constant', offset };
  const [first, second] = runs;
  if (offset === 0 && runs.length === 1 && first?.stride === 1) return { kind: 'same' };
  if (offset === 0 && runs.length === 2 && first !== undefined && second !== undefined) {
    if (first.stride === 0 && second.stride === 1) return { kind: 'suffix', length: second.length };
    if (first.stride === 1 && second.stride === 0) return { kind: 'prefix', length: second.length };
  }
  return { kind: 'general', offset, runs };
}

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  return strides;
}

/** Whether four neighbours of the output find four neighbours of the input, one element, or neither. */
export function lanesOf({ offset, runs }: Extract<Access, { kind: 'general' }>): 'vector' | 'uniform' | 'gather' {
  const last = runs.at(-1);
  if (last === undefined || last.length % 4 !== 0) return 'gather';
  if (last.stride === 0) return 'uniform';
  const aligned = last.stride === 1 && offset % 4 === 0 && runs.slice(0, -1).every(({ stride }) => stride % 4 === 0);
  return aligned ? 'vector' : 'gather';
}
