import { util } from '@tensorflow/tfjs-core';
import type { HalfTensorData } from '../storage-data.ts';
import type { GraphNode } from './node.ts';
import type { PendingGraph } from './pending-graph.ts';
import type { Plan } from './plan/plan.ts';

type Release = (buffer: GPUBuffer) => void;

/** Hands the buffers to the data that keep them and gives the rest back. */
export function settleGraph(
  graph: PendingGraph,
  plan: Pick<Plan, 'bufferOf' | 'buffers'>,
  buffers: readonly GPUBuffer[],
  release: Release,
): void {
  const kept = foreignBuffers(graph);
  const dying = new Set<GPUBuffer>();
  for (const data of graph.slots) {
    if (data.disposed === true && data.resource) dying.add(data.resource as GPUBuffer);
    if (data.disposed === true) data.resource = null;
  }
  for (const [slot, data] of graph.slots.entries()) {
    if (data.place?.epoch !== graph.epoch || data.place.slot !== slot) continue;
    const buffer = buffers[plan.bufferOf.get(slot) ?? -1];
    if (data.disposed !== true) {
      if (data.place.pending) data.resource = buffer;
      if (data.resource) kept.add(data.resource as GPUBuffer);
    }
    data.place = undefined;
  }
  for (let index = 0; index < plan.buffers.length; index++) dying.add(buffers[index] as GPUBuffer);
  for (const buffer of dying) if (!kept.has(buffer)) release(buffer);
}

/** What was to be updated keeps its old numbers; what was to be made will never be. */
export function abandonGraph(graph: PendingGraph, failure: Error, release: Release): void {
  const foreign = foreignBuffers(graph);
  for (const [output, input] of graph.nodes.flatMap(updatesOf)) {
    const [to, from] = [graph.slots[output], graph.slots[input]];
    if (to === undefined || from === undefined || !from.resource || to.resource || foreign.has(from.resource as GPUBuffer)) continue;
    if (from.disposed !== true || !sameForm(to, from)) continue; // somebody still holds the old value: it cannot be in two places
    [to.resource, from.resource] = [from.resource, null];
  }
  for (const data of graph.slots) {
    if (data.disposed === true && data.resource) {
      if (!foreign.has(data.resource as GPUBuffer)) release(data.resource as GPUBuffer);
      data.resource = null;
    } else if (data.place?.pending === true && !data.resource) data.failure = failure;
    data.place = undefined;
  }
}

/** Pairs [output, input] of slots: what the output was before this node, and stays where the node cannot run. */
function updatesOf(node: GraphNode): (readonly [number, number])[] {
  if (node.kind === 'map') return node.before === undefined ? [] : [[node.outputs[0], node.before]];
  if (node.kind !== 'kernel') return [];
  return (node.recipe.updates ?? []).map(([output, input]) => [node.outputs[output] ?? -1, node.inputs[input] ?? -1] as const);
}

function sameForm(a: HalfTensorData, b: HalfTensorData): boolean {
  return a.dtype === b.dtype && a.storage === b.storage && util.sizeFromShape(a.shape) === util.sizeFromShape(b.shape);
}

/** Buffers that belong to the user. */
function foreignBuffers({ slots }: PendingGraph): Set<GPUBuffer> {
  return new Set(slots.flatMap((data) => (data.external === true && data.resource ? [data.resource as GPUBuffer] : [])));
}
