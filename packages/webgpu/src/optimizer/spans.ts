import type { Param } from '../kernels/kernel-source.ts';

/** One tensor of a dispatch that serves several, and the workgroups that it gets. */
export interface Span {
  readonly width: 1 | 4;
  /** Loads of `width` numbers. */
  readonly count: number;
  /** Its first workgroup, and how many it has. */
  readonly first: number;
  readonly groups: number;
}

/** How many loads a workgroup of so many invocations does, and the most workgroups that share one tensor. */
export interface Cut {
  readonly workgroup: number;
  readonly each: number;
  readonly most: number;
}

/** Four numbers at once where no load is left over. */
export function widthOf(size: number): 1 | 4 {
  return size % 4 === 0 ? 4 : 1;
}

/** Gives every tensor of a dispatch its workgroups, one tensor after the other. */
export function spansOf(sizes: readonly number[], { workgroup, each, most }: Cut): Span[] {
  let first = 0;
  return sizes.map((size) => {
    const width = widthOf(size);
    const count = size / width;
    const groups = Math.max(1, Math.min(most, Math.ceil(count / (workgroup * each))));
    const span = { width, count, first, groups };
    first += groups;
    return span;
  });
}

/** How many workgroups all spans take. */
export function groupsOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { groups }) => sum + groups, 0);
}

/** The spans as params. */
export function spanParams(spans: readonly Span[]): Param[] {
  return spans.flatMap(({ count, first, groups }, index): Param[] => [
    { name: `count${index}`, type: 'i32', value: count },
    { name: `first${index}`, type: 'u32', value: first },
    { name: `groups${index}`, type: 'u32', value: groups },
  ]);
}

/** The condition that this workgroup serves a tensor: the same for the whole workgroup. */
export function inSpan(index: number): string {
  return `groupIndex >= params.first${index} && groupIndex < params.first${index} + params.groups${index}`;
}

/** A loop over the loads of a tensor that fall to this invocation; `i` is the load. */
export function eachLoad(index: number, workgroup: number, body: string): string {
  return `    let stride = i32(params.groups${index}) * ${workgroup};
    for (var i = i32(groupIndex - params.first${index}) * ${workgroup} + i32(localIndex); i < params.count${index}; i += stride) {
${body}
    }`;
}

/** Cuts a list into runs of at most `most`, those of four numbers at once first: fewer distinct shader texts. */
export function packsOf<T>(items: readonly T[], sizeOf: (item: T) => number, most: number): T[][] {
  const sorted = [...items.filter((item) => widthOf(sizeOf(item)) === 4), ...items.filter((item) => widthOf(sizeOf(item)) === 1)];
  const runs: T[][] = [];
  for (let at = 0; at < sorted.length; at += most) runs.push(sorted.slice(at, at + most));
  return runs;
}
