import type { GraphNode, GraphShape, MapNode } from '../node.ts';
import { isMap, readsOf } from '../node.ts';
import { accessOf } from '../view.ts';

/** The slots that a computation reads from buffers; `true` if only at the index that is being computed. */
export type Leaves = ReadonlyMap<number, boolean>;

/** Which elementwise nodes have no buffer of their own: they are computed wherever they are used. */
export interface Inlining {
  readonly inlined: ReadonlySet<number>;
  /** Of every elementwise node and reduction, by node. */
  readonly leaves: ReadonlyMap<number, Leaves>;
  /** Elementwise ops that computing a node takes, its inlined producers included. */
  readonly ops: ReadonlyMap<number, number>;
}

/** Where computing again costs more than a buffer. */
export const INLINE_LIMITS = {
  /** Ops of any node: a chain without end is cut into pieces. */
  chainOps: 128,
  /** Ops of a node that is repeated for each element of a larger one. */
  broadcastOps: 8,
  /** Ops of a node with one large input that several kernels use. */
  sharedOps: 24,
  /** Ops of a node with two large inputs that two kernels use. */
  pairOps: 12,
} as const;

/**
 * Decides which elementwise nodes are computed where they are used.
 *
 * A node that is used once always is. One that is used several times is, when reading its inputs again moves no more
 * bytes than writing and reading a buffer of its own. What a tensor refers to, and what a kernel that is not
 * elementwise reads, has a buffer.
 */
export function inlineMaps(graph: GraphShape, needed: readonly number[], maxLeaves: number): Inlining {
  const { nodes, slots } = graph;
  const consumers = consumersOf(graph, needed);
  const inlined = new Set<number>();
  const leaves = new Map<number, Leaves>();
  const ops = new Map<number, number>();
  const measure = (index: number): void => {
    const node = nodes[index];
    if (node === undefined || (node.kind !== 'map' && node.kind !== 'reduce')) return;
    const found = leavesOf(graph, node, { inlined, leaves });
    leaves.set(index, found);
    const inner = new Set(node.inputs.map((slot) => slots[slot]?.producer ?? -1).filter((producer) => inlined.has(producer)));
    ops.set(
      index,
      [...inner].reduce((total, producer) => total + (ops.get(producer) ?? 0), 1),
    );
  };
  for (const index of needed) {
    measure(index);
    const node = nodes[index];
    while (node !== undefined && (leaves.get(index)?.size ?? 0) > maxLeaves && giveBuffer(graph, node, { inlined, leaves })) measure(index);
    if (isMap(node) && isInlined(graph, node, { index, leaves, ops, users: consumers.get(index) ?? [] })) inlined.add(index);
  }
  for (const index of needed) measure(index); // producers that got a buffer later changed what their users read
  return { inlined, leaves, ops };
}

/** Nodes that read what a node makes, each once. */
function consumersOf({ nodes, slots }: GraphShape, needed: readonly number[]): Map<number, GraphNode[]> {
  const consumers = new Map<number, GraphNode[]>();
  for (const index of needed) {
    const node = nodes[index];
    if (node === undefined) continue;
    for (const slot of new Set(readsOf(node))) {
      const producer = slots[slot]?.producer ?? -1;
      if (producer >= 0) consumers.set(producer, [...(consumers.get(producer) ?? []), node]);
    }
  }
  return consumers;
}

type Found = { readonly inlined: ReadonlySet<number>; readonly leaves: ReadonlyMap<number, Leaves> };

function leavesOf({ slots }: GraphShape, node: GraphNode, { inlined, leaves }: Found): Leaves {
  const found = new Map<number, boolean>();
  const add = (slot: number, same: boolean): void => void found.set(slot, same && (found.get(slot) ?? true));
  const through = (slot: number, same: boolean): void => {
    const producer = slots[slot]?.producer ?? -1;
    if (!inlined.has(producer)) return add(slot, same);
    for (const [leaf, leafSame] of leaves.get(producer) ?? []) add(leaf, same && leafSame);
  };
  if (node.kind === 'map') {
    for (const operand of node.operands) {
      if ('slot' in operand) through(operand.slot, accessOf(node.shape, operand.view).kind === 'same');
    }
  } else for (const slot of node.inputs) through(slot, true);
  return found;
}

/** Takes the inlined input with the most leaves out again; false when there is none. */
function giveBuffer(
  { slots }: GraphShape,
  node: GraphNode,
  { inlined, leaves }: { inlined: Set<number>; leaves: ReadonlyMap<number, Leaves> },
): boolean {
  const producers = node.inputs.map((slot) => slots[slot]?.producer ?? -1).filter((producer) => inlined.has(producer));
  const heaviest = producers.sort((a, b) => (leaves.get(b)?.size ?? 0) - (leaves.get(a)?.size ?? 0))[0];
  return heaviest !== undefined && (leaves.get(heaviest)?.size ?? 0) > 1 && inlined.delete(heaviest);
}

interface Candidate {
  readonly index: number;
  readonly leaves: ReadonlyMap<number, Leaves>;
  readonly ops: ReadonlyMap<number, number>;
  readonly users: readonly GraphNode[];
}

function isInlined({ nodes, slots }: GraphShape, node: MapNode, { index, leaves, ops, users }: Candidate): boolean {
  const slot = slots[node.outputs[0]];
  if (slot === undefined || slot.live) return false;
  if (users.some(({ kind }) => kind === 'kernel' || kind === 'program')) return false;
  const own = leaves.get(index) ?? new Map<number, boolean>();
  if (own.size === 0) return true; // a constant
  const largest = Math.max(...users.map((user) => sizeOf(user, slots)));
  const cost = ops.get(index) ?? 1;
  if (cost > INLINE_LIMITS.chainOps) return false;
  const followsReduction = [...own].some(
    ([leaf, same]) => same && nodes[slots[leaf]?.producer ?? -1]?.kind === 'reduce' && slots[leaf]?.size === slot.size,
  );
  if (followsReduction && slot.size * 4 <= largest) return false; // free at the end of that reduction
  if (slot.size * 8 <= largest && cost > INLINE_LIMITS.broadcastOps) return false;
  if (users.length === 1) return true;
  const large = [...own.keys()].filter((leaf) => (slots[leaf]?.size ?? 0) * 2 >= slot.size).length;
  if (large <= 1) return cost <= INLINE_LIMITS.sharedOps;
  return large === 2 && users.length === 2 && cost <= INLINE_LIMITS.pairOps;
}

function sizeOf(node: GraphNode, slots: GraphShape['slots']): number {
  return slots[node.kind === 'reduce' ? node.inputs[0] : (node.outputs[0] ?? 0)]?.size ?? 0;
}
