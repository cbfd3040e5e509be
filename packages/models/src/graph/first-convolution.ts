import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExecutorView, GraphNode, GraphView } from './graph-view.ts';
import { opName } from './graph-view.ts';

const CONVOLUTIONS: readonly string[] = ['Conv2D', '_FusedConv2D'];
/** Ops that let numbers through as they are. */
const CARRIERS: readonly string[] = [
  'Cast',
  'ExpandDims',
  'Identity',
  'MirrorPad',
  'Pad',
  'PadV2',
  'Reshape',
  'ResizeBilinear',
  'Squeeze',
  'Transpose',
];

/** The convolution that an input goes into before anything scales it. */
export interface FirstConvolution {
  readonly name: string;
  /** The largest magnitude that it can make of inputs in this range. */
  reach(low: number, high: number): number;
}

/**
 * Finds the convolution that takes an input unscaled, and how far its filter can amplify it; `null` where there is none.
 *
 * Reads the filter, once it is asked for: from the host, or from the device where it lies there.
 */
export async function firstConvolution({ executor }: GraphView, input: string): Promise<FirstConvolution | null> {
  const node = executor.graph.nodes[input];
  const convolution = node === undefined ? undefined : convolutionAfter(node, new Set());
  const filter = convolution === undefined ? undefined : filterOf(executor, convolution);
  const channels = filter?.shape[3];
  if (convolution === undefined || filter === undefined || channels === undefined) return null;
  const sums = channelSums((await filter.data()) as Float32Array, channels);
  return {
    name: convolution.name,
    reach: (low, high) => sums.reduce((most, [above, below]) => Math.max(most, above * high - below * low, below * high - above * low), 0),
  };
}

function convolutionAfter(node: GraphNode, seen: Set<GraphNode>): GraphNode | undefined {
  for (const child of node.children) {
    if (seen.has(child)) continue;
    seen.add(child);
    if (CONVOLUTIONS.includes(child.op)) return child;
    const found = CARRIERS.includes(child.op) ? convolutionAfter(child, seen) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function filterOf({ weightMap, graph }: ExecutorView, convolution: GraphNode): Tensor | undefined {
  let name = opName(convolution.inputNames[1] ?? '');
  while (graph.nodes[name]?.op === 'Identity') name = opName(graph.nodes[name]?.inputNames[0] ?? '');
  return weightMap[name]?.[0];
}

/** For each output channel the sum of the filter's positive numbers, and of the magnitudes of its negative ones. */
function channelSums(values: Float32Array, channels: number): [above: number, below: number][] {
  const sums = Array.from({ length: channels }, (): [number, number] => [0, 0]);
  for (const [i, value] of values.entries()) {
    const sum = sums[i % channels] as [number, number];
    sum[value > 0 ? 0 : 1] += Math.abs(value);
  }
  return sums;
}
