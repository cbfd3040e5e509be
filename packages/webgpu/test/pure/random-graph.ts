import fc from 'fast-check';
import type { GraphNode, GraphShape, KernelNode, NodeOperand, ProgramNode, SlotFacts } from '../../src/graph/node.ts';
import type { View } from '../../src/graph/record.ts';
import { stridesOf } from '../../src/graph/view.ts';

/** Shapes that broadcast to each other, slice out of each other and share sizes under other shapes. */
const SHAPES: readonly (readonly number[])[] = [[1], [4], [2, 4], [8], [3, 5], [16], [4, 16], [64], [16, 4], [8192], [5000]];
const STORAGES = ['float32', 'float32', 'float16', 'bfloat16'] as const;

const picks = fc.record({
  kind: fc.constantFrom('map', 'map', 'map', 'map', 'reduce', 'kernel', 'program'),
  shape: fc.nat(SHAPES.length - 1),
  inputs: fc.array(fc.nat(1000), { minLength: 1, maxLength: 5 }),
  views: fc.array(fc.nat(5), { minLength: 5, maxLength: 5 }),
  storage: fc.nat(STORAGES.length - 1),
  live: fc.nat(3),
  extra: fc.nat(7),
});

/** One random graph: what `GraphShape` may be, in no particular proportion. */
export const randomGraphs: fc.Arbitrary<GraphShape> = fc
  .record({
    outside: fc.array(fc.record({ shape: fc.nat(SHAPES.length - 1), live: fc.boolean(), foreign: fc.nat(5) }), {
      minLength: 2,
      maxLength: 6,
    }),
    nodes: fc.array(picks, { minLength: 1, maxLength: 40 }),
  })
  .map(({ outside, nodes }) => new Builder(outside).build(nodes));

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

class Builder {
  readonly #nodes: GraphNode[] = [];
  readonly #slots: { -readonly [K in keyof SlotFacts]: SlotFacts[K] }[] = [];

  constructor(outside: readonly { shape: number; live: boolean; foreign: number }[]) {
    for (const { shape, live, foreign } of outside)
      this.#slot(sizeOf(SHAPES[shape] as number[]), { producer: -1, live, storage: 'float32', foreign: foreign === 0 });
  }

  build(list: readonly (typeof picks extends fc.Arbitrary<infer T> ? T : never)[]): GraphShape {
    for (const pick of list) {
      const shape = SHAPES[pick.shape] as number[];
      const inputs = pick.inputs.map((k) => k % this.#slots.length);
      const storage = STORAGES[pick.storage] as SlotFacts['storage'];
      const live = pick.live === 0;
      if (pick.kind === 'map') this.#map(shape, inputs, { views: pick.views, storage, live, scalar: pick.extra === 0 });
      else if (pick.kind === 'reduce') this.#reduce(inputs[0] as number, { live, storage, axes: pick.extra });
      else if (pick.kind === 'kernel') this.#kernel(shape, inputs, { live, storage, extra: pick.extra });
      else this.#program(shape, inputs, { live, storage, goesOn: pick.extra < 2 });
    }
    return { nodes: this.#nodes, slots: this.#slots };
  }

  #slot(size: number, facts: Pick<SlotFacts, 'producer' | 'live' | 'storage'> & { foreign?: boolean }): number {
    return this.#slots.push({ size, dtype: 'float32', foreign: false, ...facts }) - 1;
  }

  #map(
    shape: readonly number[],
    inputs: readonly number[],
    { views, storage, live, scalar }: { views: readonly number[]; storage: SlotFacts['storage']; live: boolean; scalar: boolean },
  ): void {
    const operands = inputs.map((slot, k): NodeOperand => ({ slot, view: viewOf(this.#slots[slot]?.size ?? 1, shape, views[k] ?? 0) }));
    if (scalar) operands.push({ scalar: 0 });
    const output = this.#slot(sizeOf(shape), { producer: this.#nodes.length, live, storage });
    const op = ['copy', 'Add', 'Select', 'ClipByValue', 'FusedBatchNorm', 'FusedBatchNorm'][Math.min(operands.length, 6) - 1] ?? 'copy';
    this.#nodes.push({
      kind: 'map',
      op,
      shape,
      operands,
      inputs: operands.flatMap((o) => ('slot' in o ? [o.slot] : [])),
      outputs: [output],
      scalars: scalar ? [1] : [],
      key: 'm',
    });
  }

  #reduce(slot: number, { live, storage, axes }: { live: boolean; storage: SlotFacts['storage']; axes: number }): void {
    const size = this.#slots[slot]?.size ?? 1;
    const shape = size % 4 === 0 ? [size / 4, 4] : [1, size];
    const reduced = axes < 3 ? [1] : axes < 6 ? [0] : [0, 1];
    const left = sizeOf(shape.filter((_, axis) => !reduced.includes(axis)));
    const output = this.#slot(left, { producer: this.#nodes.length, live, storage });
    this.#nodes.push({ kind: 'reduce', op: 'sum', shape, axes: reduced, inputs: [slot], outputs: [output], key: 'r' });
  }

  #kernel(
    shape: readonly number[],
    inputs: readonly number[],
    { live, storage, extra }: { live: boolean; storage: SlotFacts['storage']; extra: number },
  ): void {
    const producer = this.#nodes.length;
    const first = inputs[0] as number;
    const updates: [number, number][] = extra === 1 ? [[0, 0]] : [];
    const size = updates.length > 0 ? (this.#slots[first]?.size ?? 1) : sizeOf(shape);
    const outputs = [
      this.#slot(size, { producer, live, storage: updates.length > 0 ? (this.#slots[first]?.storage ?? 'float32') : storage }),
    ];
    if (extra > 5) outputs.push(this.#slot(4, { producer, live: false, storage: 'float32' }));
    const recipe = {
      key: 'k',
      build: () => ({}) as never,
      ...(updates.length > 0 ? { updates } : { fuses: { epilogue: extra % 2 === 0 } }),
    };
    this.#nodes.push({ kind: 'kernel', recipe, inputs: [...new Set(inputs)].slice(0, 3), outputs, key: 'k' } satisfies KernelNode);
  }

  #program(
    shape: readonly number[],
    inputs: readonly number[],
    { live, storage, goesOn }: { live: boolean; storage: SlotFacts['storage']; goesOn: boolean },
  ): void {
    const updates = goesOn ? (inputs.at(-1) as number) : -1;
    const from = this.#slots[updates];
    const output = this.#slot(from?.size ?? sizeOf(shape), { producer: this.#nodes.length, live, storage: from?.storage ?? storage });
    const node = {
      kind: 'program',
      uniforms: [],
      inputShapes: [],
      outputShape: shape,
      outputDtype: 'float32',
      inputs: inputs.slice(0, 3),
      outputs: [output],
      updates,
      key: 'p',
    };
    this.#nodes.push({ ...node, program: {} } as unknown as ProgramNode);
  }
}

/** A view from a tensor of `size` elements to a shape that never leaves the tensor. */
function viewOf(size: number, shape: readonly number[], choice: number): View | null {
  const wanted = sizeOf(shape);
  if (wanted === size && choice < 3) return null;
  const own = stridesOf(shape);
  if (wanted <= size) {
    if (choice < 2) return { offset: 0, strides: own }; // its beginning
    if (choice === 3) return { offset: size - wanted, strides: own }; // its end
    if (choice === 4) return { offset: wanted - 1, strides: own.map((stride) => -stride) }; // backwards
  }
  const last = shape.at(-1) ?? 1;
  if (last <= size && choice < 4) return { offset: 0, strides: shape.map((_, axis) => (axis === shape.length - 1 ? 1 : 0)) }; // a row for all
  const first = shape[0] ?? 1;
  if (first <= size && choice === 5) return { offset: 0, strides: shape.map((_, axis) => (axis === 0 ? 1 : 0)) }; // a column for all
  return { offset: choice % size, strides: shape.map(() => 0) };
}
