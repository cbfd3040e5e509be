import type { GraphNode, GraphShape, NodeOperand } from '../node.ts';

/**
 * Lets nodes that copy or reduce the same thing in the same way share one result: the half copy of an activation serves
 * the product forward and the one backward. Indices of nodes and slots stay; what is left without a reader is not run.
 */
export function shareResults({ nodes, slots }: GraphShape): GraphShape {
  const same = new Map<number, number>();
  const seen = new Map<string, number>();
  const now = (slot: number): number => same.get(slot) ?? slot;
  const shared = nodes.map((node): GraphNode => {
    const renamed = rename(node, now);
    const [output] = renamed.outputs;
    const facts = slots[output ?? -1];
    const words = facts === undefined ? null : wordsOf(renamed);
    if (words === null || facts === undefined || output === undefined) return renamed;
    const key = `${words}${facts.storage}${facts.dtype}${facts.size}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, output);
    else if (!facts.live) same.set(output, first);
    return renamed;
  });
  return same.size === 0 ? { nodes, slots } : { nodes: shared, slots };
}

/** What the result of a node depends on, or `null` for nodes that are not looked at. */
function wordsOf(node: GraphNode): string | null {
  if (node.kind === 'reduce') return `r${node.op}[${node.shape.join()}]${node.axes.join()}(${node.inputs[0]})`;
  if (node.kind !== 'map' || node.op !== 'copy') return null;
  const operand = node.operands[0];
  if (operand === undefined || !('slot' in operand)) return null;
  return `c[${operand.view === null ? '' : node.shape.join()}]${operand.slot}${operand.view === null ? '' : `v${operand.view.offset}:${operand.view.strides.join('.')}`}`;
}

function rename(node: GraphNode, now: (slot: number) => number): GraphNode {
  if (node.inputs.every((slot) => now(slot) === slot)) return node;
  if (node.kind === 'map') {
    const operands = node.operands.map((operand): NodeOperand => ('slot' in operand ? { ...operand, slot: now(operand.slot) } : operand));
    return { ...node, operands, inputs: node.inputs.map(now) };
  }
  if (node.kind === 'reduce') return { ...node, inputs: [now(node.inputs[0])] };
  return { ...node, inputs: node.inputs.map(now) };
}
