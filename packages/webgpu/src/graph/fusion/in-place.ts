import type { GraphShape } from '../node.ts';
import type { Group } from './groups.ts';
import type { Inlining } from './inline.ts';

interface Surroundings {
  readonly inlining: Inlining;
  /** Whether a slot of this group must be in a buffer when it has run. */
  readonly stored: (slot: number) => boolean;
  /** Whether no group that runs later reads the slot. */
  readonly isLastReader: (slot: number) => boolean;
}

/**
 * Pairs inputs that nobody needs any more with outputs of the same form that can be made in their place: the elementwise
 * nodes of a group read them at the very index that they write. Weights and moments are thus updated where they lie, and
 * a chain of activations stays in one buffer.
 *
 * @returns by input slot: the output slot
 */
export function pairInPlace(graph: GraphShape, group: Group, { inlining, stored, isLastReader }: Surroundings): Map<number, number> {
  const { nodes, slots } = graph;
  const pairs = new Map<number, number>();
  if (group.kind === 'program') return pairs;
  const elsewhere = new Set<number>(); // read by something that is not elementwise, at another index, or in the loop of another size
  const leavesOf = (index: number): ReadonlyMap<number, boolean> => inlining.leaves.get(index) ?? new Map<number, boolean>();
  for (const index of group.members) {
    const node = nodes[index];
    if (node?.kind === 'map')
      for (const [slot, same] of leavesOf(index)) if (!same || slots[slot]?.size !== slots[node.outputs[0]]?.size) elsewhere.add(slot);
    if (node?.kind === 'reduce') for (const slot of leavesOf(index).keys()) elsewhere.add(slot);
    if (node?.kind === 'kernel') for (const slot of node.inputs) elsewhere.add(slot);
  }
  const own = new Set(group.members.flatMap((index) => nodes[index]?.outputs ?? []));
  for (const index of group.members) {
    const node = nodes[index];
    const output = node?.kind === 'map' ? node.outputs[0] : -1;
    const made = slots[output];
    if (made === undefined || !stored(output)) continue;
    const candidates = [...leavesOf(index)].map(([slot]) => slot);
    const reached = candidates.flatMap((slot) => (own.has(slot) ? [...leavesOf(slots[slot]?.producer ?? -1).keys()] : [slot]));
    const input = reached.find((slot) => {
      const facts = slots[slot];
      const fits = facts !== undefined && facts.size === made.size && facts.storage === made.storage && facts.dtype === made.dtype;
      return fits && !facts.live && !facts.foreign && !own.has(slot) && !elsewhere.has(slot) && !pairs.has(slot) && isLastReader(slot);
    });
    if (input !== undefined) pairs.set(input, output);
  }
  return pairs;
}
