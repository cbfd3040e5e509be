import type { GraphShape, KernelNode, MapNode, ReduceNode } from '../node.ts';
import { readsOf } from '../node.ts';
import { domainKey, domainOf } from './domain.ts';
import type { Inlining, Leaves } from './inline.ts';

/** Nodes that run in one dispatch. */
export interface Group {
  readonly id: number;
  readonly kind: 'map' | 'reduce' | 'kernel' | 'program';
  /** Elements of what it makes: maps that join have this size, tiny ones apart. */
  readonly size: number;
  /** Two reductions may share a dispatch when these agree. */
  readonly domain: string;
  readonly members: number[];
  readonly dependencies: Set<number>;
  /** Slots that it reads from buffers or writes to them, as far as is known: an upper bound of its bindings. */
  readonly bound: Set<number>;
}

/** Elementwise nodes up to this size share dispatches whatever their sizes. */
export const TINY_MAP = 4096;

/** Ops of one dispatch: a longer shader costs more to compile than another dispatch costs to run. */
const MAX_GROUP_OPS = 512;

/** How many earlier groups are looked at for one that reads the same. */
const LOOK_BACK = 48;

/** Puts nodes into groups, each as early as it can go without a cycle. */
export function groupNodes(
  graph: GraphShape,
  needed: readonly number[],
  { inlining, maxBindings }: { inlining: Inlining; maxBindings: number },
): Group[] {
  const { nodes, slots } = graph;
  const groups: Group[] = [];
  const groupOf = new Map<number, number>(); // by node

  const producerGroup = (slot: number): number => groupOf.get(slots[slot]?.producer ?? -1) ?? -1;
  const reaches = (from: number, target: number): boolean => {
    const seen = new Set([from]); // grows while it is walked: a set visits what is added on the way
    for (const id of seen) {
      if (id === target) return true;
      for (const next of groups[id]?.dependencies ?? []) seen.add(next);
    }
    return false;
  };
  const opsOf = (index: number): number => inlining.ops.get(index) ?? 1;
  const dependenciesOf = (reads: Iterable<number>): Set<number> => new Set([...reads].map(producerGroup).filter((id) => id >= 0));

  const create = (
    index: number,
    kind: Group['kind'],
    { size, domain, reads }: { size: number; domain: string; reads: Iterable<number> },
  ): void => {
    const node = nodes[index];
    const list = [...reads];
    const group: Group = {
      id: groups.length,
      kind,
      size,
      domain,
      members: [index],
      dependencies: dependenciesOf(list),
      bound: new Set([...list, ...(node?.outputs ?? [])]),
    };
    groups.push(group);
    groupOf.set(index, group.id);
  };

  const join = (group: Group, index: number, reads: Leaves): void => {
    group.members.push(index);
    groupOf.set(index, group.id);
    for (const id of dependenciesOf(reads.keys())) if (id !== group.id) group.dependencies.add(id);
    for (const slot of [...reads.keys(), ...(nodes[index]?.outputs ?? [])]) group.bound.add(slot);
  };

  /** No cycle, few enough buffers, and what it takes from inside the group it takes at its own index. */
  const fits = (group: Group, index: number, reads: Leaves, insideAllowed: boolean): boolean => {
    const outputs = nodes[index]?.outputs ?? [];
    const bound = new Set([...group.bound, ...reads.keys(), ...outputs]).size;
    if (bound > maxBindings) return false;
    if (group.members.reduce((total, member) => total + opsOf(member), opsOf(index)) > MAX_GROUP_OPS) return false;
    for (const [slot, same] of reads) {
      if (producerGroup(slot) === group.id) {
        if (group.kind === 'kernel' && slots[slot]?.producer === group.members[0] && nodes[group.members[0] ?? -1]?.outputs[0] !== slot)
          return false;
        if (!insideAllowed || !same || slots[slot]?.size !== slots[outputs[0] ?? -1]?.size) return false;
      }
    }
    return [...dependenciesOf(reads.keys())].every((id) => id === group.id || !reaches(id, group.id));
  };

  const placeMap = (index: number, node: MapNode): void => {
    const reads = inlining.leaves.get(index) ?? new Map<number, boolean>();
    const size = slots[node.outputs[0]]?.size ?? 0;
    const above = [...reads]
      .filter(([, same]) => same)
      .map(([slot]) => producerGroup(slot))
      .filter((id) => id >= 0);
    for (const id of [...new Set(above)].sort((a, b) => b - a)) {
      const group = groups[id];
      if (group !== undefined && group.size === size && takesMaps(graph, group) && fits(group, index, reads, true))
        return join(group, index, reads);
    }
    for (const group of groups.slice(-LOOK_BACK).reverse()) {
      if (group.kind !== 'map') continue;
      const shares = group.size === size && [...reads.keys()].some((slot) => group.bound.has(slot) && (slots[slot]?.size ?? 0) * 2 >= size);
      const tiny = size <= TINY_MAP && group.size <= TINY_MAP;
      if ((shares || tiny) && fits(group, index, reads, true)) return join(group, index, reads);
    }
    create(index, 'map', { size, domain: '', reads: reads.keys() });
  };

  const placeReduce = (index: number, node: ReduceNode): void => {
    const reads = inlining.leaves.get(index) ?? new Map<number, boolean>();
    const domain = domainKey(domainOf(node));
    for (const group of groups.slice(-LOOK_BACK).reverse()) {
      const shares = group.kind === 'reduce' && group.domain === domain && [...reads.keys()].some((slot) => group.bound.has(slot));
      if (shares && fits(group, index, reads, false)) return join(group, index, reads);
    }
    create(index, 'reduce', { size: slots[node.outputs[0]]?.size ?? 0, domain, reads: reads.keys() });
  };

  for (const index of needed) {
    const node = nodes[index];
    if (node === undefined || inlining.inlined.has(index)) continue;
    if (node.kind === 'map') placeMap(index, node);
    else if (node.kind === 'reduce') placeReduce(index, node);
    else {
      create(index, node.kind, { size: slots[node.outputs[0] ?? -1]?.size ?? 0, domain: '', reads: readsOf(node) });
    }
  }
  return groups;
}

/** Whether elementwise nodes of the same size may run at the end of this group. */
function takesMaps({ nodes }: GraphShape, group: Group): boolean {
  if (group.kind === 'map' || group.kind === 'reduce') return true;
  return group.kind === 'kernel' && (nodes[group.members[0] ?? -1] as KernelNode).recipe.fuses?.epilogue === true;
}
