import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitEpilogue } from '../../src/graph/emit/epilogue.ts';
import type { EmittedKernel } from '../../src/graph/emit/binder.ts';
import { emitMaps } from '../../src/graph/emit/map-kernel.ts';
import { emitReductions } from '../../src/graph/emit/reduce-kernel.ts';
import { roundingOf } from '../../src/graph/emit/rounding.ts';
import { inlineMaps } from '../../src/graph/fusion/inline.ts';
import { neededNodes } from '../../src/graph/fusion/needed.ts';
import type { GraphNode, GraphShape, NodeOperand, SlotFacts } from '../../src/graph/node.ts';
import type { View } from '../../src/graph/record.ts';
import { assemble } from '../../src/kernels/assemble.ts';
import type { KernelSource } from '../../src/kernels/kernel-source.ts';
import { randomGraphs, sizeOf } from './random-graph.ts';

const ROUND = roundingOf({ narrow: 'hardware', widen: 'hardware' });
type Storage = SlotFacts['storage'];

const slot = (size: number, producer: number, more: Partial<SlotFacts> = {}): SlotFacts => ({
  size,
  dtype: 'float32',
  storage: 'float32',
  producer,
  live: producer >= 0,
  foreign: false,
  ...more,
});
const through = (at: number, view: View | null = null): NodeOperand => ({ slot: at, view });
const map = (op: string, shape: readonly number[], operands: readonly NodeOperand[], output: number): GraphNode => ({
  kind: 'map',
  op,
  shape,
  operands,
  inputs: operands.flatMap((operand) => ('slot' in operand ? [operand.slot] : [])),
  outputs: [output],
  scalars: operands.flatMap((operand) => ('scalar' in operand ? [1] : [])),
  key: '',
});

/** relu(x + bias) × number, where the sum is a tensor of its own kind of storage and has no buffer. */
function chain(rows: number, columns: number, storage: Storage = 'float32'): GraphShape {
  const [shape, size] = [[rows, columns], rows * columns];
  return {
    nodes: [
      map('Add', shape, [through(0), through(1, { offset: 0, strides: [0, 1] })], 2),
      map('Relu', shape, [through(2)], 3),
      map('Multiply', shape, [through(3), { scalar: 0 }], 4),
    ],
    slots: [
      slot(size, -1),
      slot(columns, -1),
      slot(size, 0, { live: false, storage }),
      slot(size, 1, { live: false, storage }),
      slot(size, 2, { storage }),
    ],
  };
}

/** The sum and the mean of squares over rows or columns. */
function reduction(rows: number, columns: number, axes: readonly number[]): GraphShape {
  const left = axes.includes(0) ? columns : rows;
  return {
    nodes: [
      map('Square', [rows, columns], [through(0)], 1),
      { kind: 'reduce', op: 'sum', shape: [rows, columns], axes, inputs: [1], outputs: [2], key: '' },
      map('RealDiv', [left], [through(2), { scalar: 0 }], 3),
    ],
    slots: [slot(rows * columns, -1), slot(rows * columns, 0, { live: false }), slot(left, 1, { live: false }), slot(left, 2)],
  };
}

function emit(graph: GraphShape, members: readonly number[], emitter: 'maps' | 'reductions' = 'maps'): EmittedKernel {
  const { inlined } = inlineMaps(graph, neededNodes(graph), 8);
  const text = {
    graph,
    inlined: (index: number) => inlined.has(index),
    round: ROUND,
    inPlace: new Map<number, number>(),
    stored: (at: number) => graph.slots[at]?.live === true,
  };
  return emitter === 'maps' ? emitMaps(members, text) : emitReductions(members, text);
}

const textOf = ({ source }: EmittedKernel): string =>
  `${source.ports.map(({ name, access, width }) => `${name} ${access} ${width}`).join(', ')}\n${source.declarations}\n${source.main}`;

describe('emitMaps', () => {
  it('writes a chain as straight lines, four elements at a time where rows allow it', () => {
    expect(textOf(emit(chain(8, 12), [2]))).toMatchInlineSnapshot(`
      "t0 read 4, t1 read 4, t2 write 4
      fn get4_t0(e : i32) -> vec4<f32> { return load_t0(e / 4); }
      fn get4_t1(e : i32) -> vec4<f32> { return load_t1(e / 4); }
      fn put4_t2(e : i32, value : vec4<f32>) { store_t2(e / 4, value); }
        let i : i32 = i32(groupIndex) * 64 + i32(localIndex);
        if (i < params.n2) {
          let e0 : i32 = i * 4;
          let v0_0 : vec4<f32> = get4_t0(e0);
          let v0_1 : i32 = e0 % params.n0;
          let v0_2 : vec4<f32> = get4_t1(v0_1);
          let v0_3 : vec4<f32> = (v0_0 + v0_2);
          let v0_4 : vec4<f32> = select(v0_3, vec4<f32>(0.0), v0_3 < vec4<f32>(0.0));
          let v0_5 : vec4<f32> = (v0_4 * vec4<f32>(params.n1));
          put4_t2(e0, v0_5);
        }"
    `);
  });
  it('writes single elements where a length is odd', () => {
    expect(textOf(emit(chain(5, 7), [2]))).toMatchInlineSnapshot(`
      "t0 read 1, t1 read 1, t2 write 1
      fn get1_t0(e : i32) -> f32 { return load_t0(e); }
      fn get1_t1(e : i32) -> f32 { return load_t1(e); }
      fn put1_t2(e : i32, value : f32) { store_t2(e, value); }
        let i : i32 = i32(groupIndex) * 64 + i32(localIndex);
        if (i < params.n2) {
          let e0 : i32 = i;
          let v0_0 : f32 = get1_t0(e0);
          let v0_1 : i32 = e0 % params.n0;
          let v0_2 : f32 = get1_t1(v0_1);
          let v0_3 : f32 = (v0_0 + v0_2);
          let v0_4 : f32 = select(v0_3, 0.0, v0_3 < 0.0);
          let v0_5 : f32 = (v0_4 * params.n1);
          put1_t2(e0, v0_5);
        }"
    `);
  });
  it('rounds what half storage would have rounded before it is used', () => {
    expect(emit(chain(8, 12, 'float16'), [2]).source.main).toMatchInlineSnapshot(`
      "  let i : i32 = i32(groupIndex) * 64 + i32(localIndex);
        if (i < params.n2) {
          let e0 : i32 = i * 4;
          let v0_0 : vec4<f32> = get4_t0(e0);
          let v0_1 : i32 = e0 % params.n0;
          let v0_2 : vec4<f32> = get4_t1(v0_1);
          let v0_3 : vec4<f32> = (v0_0 + v0_2);
          let v0_4 : vec4<f32> = round_float16_4(v0_3);
          let v0_5 : vec4<f32> = select(v0_4, vec4<f32>(0.0), v0_4 < vec4<f32>(0.0));
          let v0_6 : vec4<f32> = round_float16_4(v0_5);
          let v0_7 : vec4<f32> = (v0_6 * vec4<f32>(params.n1));
          put4_t2(e0, v0_7);
        }"
    `);
  });
  it('gives the same text for the same structure in other sizes', () => {
    expect(textOf(emit(chain(16, 20), [2]))).toBe(textOf(emit(chain(8, 12), [2])));
    expect(textOf(emit(chain(9, 11), [2]))).toBe(textOf(emit(chain(5, 7), [2])));
  });
  it('asks for the number of this run, not for the one of the first', () => {
    const { source, scalars } = emit(chain(8, 12), [2]);
    expect(scalars).toEqual([{ param: expect.any(String), node: 2, scalar: 0 }]);
    expect(source.params?.find(({ name }) => name === scalars[0]?.param)).toMatchObject({ type: 'f32', value: 0 });
  });
});

describe('emitReductions', () => {
  it('computes what it reduces on the way, and what follows at the end', () => {
    expect(textOf(emit(reduction(6, 64, [1]), [1, 2], 'reductions'))).toMatchInlineSnapshot(`
      "t0 read 4, t1 write 1
      fn get4_t0(e : i32) -> vec4<f32> { return load_t0(e / 4); }
      fn put1_t1(e : i32, value : f32) { store_t1(e, value); }
      var<workgroup> shared_acc0 : array<f32, 64>;
        let lane : i32 = i32(localIndex % 4u);
        let unit : i32 = i32(groupIndex) * 16 + i32(localIndex / 4u);
        let inside = unit < params.n0;
        let q : i32 = unit;
        var acc0 : vec4<f32> = vec4<f32>(0.0);
        if (inside) {
          let base : i32 = q * params.n1;
          for (var r : i32 = lane * 4; r < params.n1; r += 16) {
            let e : i32 = base + r;
            let v0 : vec4<f32> = get4_t0(e);
            let v1 : vec4<f32> = (v0 * v0);
            acc0 = acc0 + v1;
          }
        }
        let acc0_row : f32 = acc0[0] + acc0[1] + acc0[2] + acc0[3];
        shared_acc0[localIndex] = acc0_row;
        workgroupBarrier();
        for (var step : u32 = 2u; step > 0u; step = step / 2u) {
          if (u32(lane) < step) {
            shared_acc0[localIndex] = shared_acc0[localIndex] + shared_acc0[localIndex + step];
          }
          workgroupBarrier();
        }
        if (inside && lane == 0) {
          let acc0_result = shared_acc0[localIndex];
          let w0 : f32 = (acc0_result / params.n2);
          put1_t1(q, w0);
        }"
    `);
  });
  it('lets neighbouring columns share a load', () => {
    expect(emit(reduction(64, 16, [0]), [1, 2], 'reductions').source.main).toMatchInlineSnapshot(`
      "  let lane : i32 = i32(localIndex / 4u);
        let unit : i32 = i32(groupIndex) * 4 + i32(localIndex % 4u);
        let inside = unit < params.n3;
        let q : i32 = unit * 4;
        var acc0 : vec4<f32> = vec4<f32>(0.0);
        if (inside) {
          let base : i32 = q;
          for (var r : i32 = lane; r < params.n1; r += 16) {
            let e : i32 = base + r * params.n0;
            let v0 : vec4<f32> = get4_t0(e);
            let v1 : vec4<f32> = (v0 * v0);
            acc0 = acc0 + v1;
          }
        }
        let acc0_row : vec4<f32> = acc0;
        shared_acc0[localIndex] = acc0_row;
        workgroupBarrier();
        for (var step : u32 = 8u; step > 0u; step = step / 2u) {
          if (u32(lane) < step) {
            shared_acc0[localIndex] = shared_acc0[localIndex] + shared_acc0[localIndex + step * 4u];
          }
          workgroupBarrier();
        }
        if (inside && lane == 0) {
          let acc0_result = shared_acc0[localIndex];
          let w0 : vec4<f32> = (acc0_result / vec4<f32>(params.n2));
          put4_t1(q, w0);
        }"
    `);
  });
  it('gives the same text for the same structure in other sizes', () => {
    expect(textOf(emit(reduction(9, 64, [1]), [1, 2], 'reductions'))).toBe(textOf(emit(reduction(6, 64, [1]), [1, 2], 'reductions')));
  });
});

describe('emitEpilogue', () => {
  const kernel: KernelSource = {
    name: 'copy',
    ports: [
      { name: 'x', access: 'read', type: 'f32', width: 1, size: 96 },
      { name: 'y', access: 'write', type: 'f32', width: 1, size: 96 },
    ],
    workgroupSize: [64, 1, 1],
    dispatch: [2, 1, 1],
    main: '  let i = i32(global.x);\n  if (i < 96) { store_y(i, load_x(i)); }',
  };
  it('puts elementwise work into the store of a kernel', () => {
    const graph = chain(8, 12);
    const nodes: GraphNode[] = [
      { kind: 'kernel', recipe: { key: 'copy', build: () => kernel }, inputs: [0], outputs: [2], key: '' },
      ...graph.nodes.slice(1),
    ];
    const shape: GraphShape = { nodes, slots: graph.slots };
    const text = {
      graph: shape,
      inlined: (index: number) => index === 1,
      round: ROUND,
      inPlace: new Map<number, number>(),
      stored: (at: number) => at === 4,
    };
    const { source, slots } = emitEpilogue(kernel, { portSlots: [0, 2], output: 2, members: [2] }, text);
    expect(slots).toEqual([0, 4]);
    expect(source.declarations).toMatchInlineSnapshot(`
      "fn put1_epilogue_t0(e : i32, value : f32) { store_epilogue_t0(e, value); }
      fn store_y(i : i32, value : f32) {
        let e : i32 = i;
        let epilogue_v0 : f32 = select(value, 0.0, value < 0.0);
        let epilogue_v1 : f32 = (epilogue_v0 * params.epilogue_n0);
        put1_epilogue_t0(e, epilogue_v1);
      }
      "
    `);
  });
});

describe('every emitted kernel', () => {
  it('of a random graph can be assembled, and binds each slot once', () => {
    fc.assert(
      fc.property(randomGraphs, (graph) => {
        const needed = neededNodes(graph);
        const { inlined } = inlineMaps(graph, needed, 7);
        for (const index of needed) {
          const node = graph.nodes[index];
          if (inlined.has(index) || (node?.kind !== 'map' && node?.kind !== 'reduce')) continue;
          const text = {
            graph,
            inlined: (other: number) => inlined.has(other),
            round: ROUND,
            inPlace: new Map<number, number>(),
            stored: () => true,
          };
          const { source, slots } = node.kind === 'map' ? emitMaps([index], text) : emitReductions([index], text);
          expect(new Set(slots).size).toBe(slots.length);
          source.ports.forEach(({ size }, port) => expect(size).toBe(graph.slots[slots[port] as number]?.size));
          const codecs = slots.map((at) =>
            graph.slots[at]?.storage === 'float32'
              ? null
              : graph.slots[at]?.storage === 'bfloat16'
                ? ('bfloat16' as const)
                : ('packed-f16' as const),
          );
          expect(assemble(source, codecs, { narrow: 'hardware', widen: 'hardware' }).code).toContain('fn main(');
          if (node.kind === 'map') expect(source.dispatch[0] * 64 * 4).toBeGreaterThanOrEqual(sizeOf(node.shape));
        }
      }),
      { seed: 8, numRuns: 150 },
    );
  });
});
