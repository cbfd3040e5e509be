import { readFileSync } from 'node:fs';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { sharedData } from '@halftone/testing';

interface Topology {
  readonly node: readonly { readonly name: string; readonly op: string; readonly input?: readonly string[] }[];
}

/** Layouts of the head that the order of its ops gives away: ONNX's channels first, and back. */
const PERMUTATIONS: Readonly<Record<string, readonly number[]>> = {
  transpose: [0, 3, 1, 2],
  transpose_1: [0, 3, 1, 2],
  transpose_2: [0, 3, 1, 2],
  transpose_4: [0, 2, 1, 3],
  transpose_5: [0, 2, 3, 1],
  transpose_8: [0, 3, 1, 2],
};
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  reshape: [1, 144, -1],
  reshape_1: [1, 144, -1],
  reshape_2: [1, 144, -1],
  reshape_3: [1, 4, 16, 8400],
  reshape_4: [1, 4, 8400],
};
/** Axes that are not the last, and where slices of rows begin and end. */
const AXES: Readonly<Record<string, number>> = { concat_17: 1, output0: 1 };
const ROWS: Readonly<Record<string, readonly [number, number]>> = {
  strided_slice_16: [0, 64],
  strided_slice_17: [64, 144],
  strided_slice_18: [0, 2],
  strided_slice_19: [2, 4],
};

/**
 * Numbers for the YOLO graph that comes without any: integers from what its ops need, anchors and strides as its head computes
 * with them, and seeded filters of the size that keeps activations about as large as they were.
 */
export function yoloWeights(): (name: string, shape: readonly number[]) => Float32Array {
  const { modelTopology, weightsManifest } = JSON.parse(
    readFileSync(sharedData('models/yolov8n-graph/model.json'), 'utf8'),
  ) as TensorFlow.io.ModelJSON;
  const shapes = new Map(weightsManifest.flatMap(({ weights }) => weights.map(({ name, shape }) => [name, shape] as const)));
  const { node } = modelTopology as unknown as Topology;
  const integers = new Map<string, readonly number[]>();
  const channels = channelsOf(node, shapes);
  for (const { name, op, input = [] } of node) {
    const layer = /tf\.(?:[\w.]*\.)?(\w+)\//.exec(name)?.[1] ?? /(output0|model\.\d+)/.exec(name)?.[1] ?? '';
    const set = (at: number, values: readonly number[]): void => void integers.set(input.at(at) as string, values);
    if (op === 'Pad') set(1, [0, 0, 1, 1, 1, 1, 0, 0]);
    else if (op === 'ConcatV2') set(-1, [AXES[layer] ?? -1]);
    else if (op === 'Transpose') set(1, PERMUTATIONS[layer] as readonly number[]);
    else if (op === 'Reshape') set(1, SHAPES[layer] as readonly number[]);
    else if (op === 'ResizeNearestNeighbor') set(1, layer === 'model.10' ? [40, 40] : [80, 80]);
    else if (op === 'StridedSlice') {
      const rows = ROWS[layer];
      const all = channels.get(input[0] as string) ?? 0;
      const second = Number(layer.split('_')[2] ?? 0) % 2 === 1;
      set(1, rows === undefined ? [0, 0, 0, second ? all / 2 : 0] : [0, rows[0], 0]);
      set(2, rows === undefined ? [0, 0, 0, second ? all : all / 2] : [0, rows[1], 0]);
      set(3, rows === undefined ? [1, 1, 1, 1] : [1, 1, 1]);
    }
  }
  return (name, shape) => {
    const random = seededBy(name);
    const known = integers.get(name);
    if (known !== undefined) return Float32Array.from(known);
    const size = shape.reduce((a, b) => a * b, 1);
    if (shape[2] === 8400)
      return Float32Array.from({ length: size }, (_, i) =>
        shape[1] === 1 ? cellOf(i).stride : (cellOf(i % 8400).at[Math.floor(i / 8400)] as number),
      );
    if (shape.length === 4 && shape[2] === 16 && shape[3] === 1) return Float32Array.from({ length: size }, (_, i) => i);
    if (size === 1) return Float32Array.of(0.5);
    const fanIn = shape.length === 4 ? (shape[0] as number) * (shape[1] as number) * (shape[2] as number) : 0;
    const scale = fanIn > 1 ? Math.sqrt(6 / fanIn) : 0.1;
    return Float32Array.from({ length: size }, () => scale * random());
  };
}

/** Numbers between -1 and 1, the same for the same name. */
function seededBy(name: string): () => number {
  let seed = Array.from({ length: name.length }, (_, i) => name.charCodeAt(i)).reduce(
    (hash, code) => (Math.imul(hash, 31) + code) >>> 0,
    7,
  );
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
    return seed / 2 ** 31 - 1;
  };
}

/** Centre and stride of a cell of the three grids. */
function cellOf(index: number): { readonly at: readonly [number, number]; readonly stride: number } {
  for (const [first, side, stride] of [
    [0, 80, 8],
    [6400, 40, 16],
    [8000, 20, 32],
  ] as const) {
    const cell = index - first;
    if (cell < side * side) return { at: [(cell % side) + 0.5, Math.floor(cell / side) + 0.5], stride };
  }
  throw new RangeError(`[models] the grids have 8400 cells, got ${index}. This is a mistake of the test.`);
}

/** How many channels leave each op: those of the filter of the convolution before it. */
function channelsOf(node: Topology['node'], shapes: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, number> {
  const channels = new Map<string, number>();
  for (const { name, op, input = [] } of node) {
    const filter = op === 'Conv2D' ? shapes.get(input[1] as string)?.[3] : undefined;
    const before = input.map((each) => channels.get(each)).find((each) => each !== undefined);
    const found = filter ?? before;
    if (found !== undefined && ['Conv2D', 'AddV2', 'Mul', 'Sigmoid'].includes(op)) channels.set(name, found);
  }
  return channels;
}
