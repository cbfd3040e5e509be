import type { GraphShape } from '../node.ts';
import { readsOf } from '../node.ts';

/** Indices of the nodes whose results somebody needs, in order. What nobody needs never runs: the input gradient of a first layer, for one. */
export function neededNodes({ nodes, slots }: GraphShape): number[] {
  const wanted = slots.map(({ live }) => live);
  const needed: number[] = [];
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (node === undefined || !node.outputs.some((slot) => wanted[slot] === true)) continue;
    needed.push(index);
    for (const slot of readsOf(node)) wanted[slot] = true;
  }
  return needed.reverse();
}
