import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Group } from '../../src/graph/fusion/groups.ts';
import { groupNodes } from '../../src/graph/fusion/groups.ts';
import { pairInPlace } from '../../src/graph/fusion/in-place.ts';
import type { Inlining } from '../../src/graph/fusion/inline.ts';
import { inlineMaps } from '../../src/graph/fusion/inline.ts';
import { neededNodes } from '../../src/graph/fusion/needed.ts';
import { scheduleGroups } from '../../src/graph/fusion/schedule.ts';
import type { GraphShape, MapNode } from '../../src/graph/node.ts';
import { readsOf } from '../../src/graph/node.ts';
import { randomGraphs } from './random-graph.ts';

const RUNS = { seed: 11, numRuns: 1500 } as const;
const MAX_BINDINGS = 10;

interface Fused {
  readonly needed: readonly number[];
  readonly inlining: Inlining;
  readonly groups: readonly Group[];
  readonly order: readonly Group[];
}

function fuse(graph: GraphShape, maxBindings = MAX_BINDINGS): Fused {
  const needed = neededNodes(graph);
  const inlining = inlineMaps(graph, needed, Math.max(4, maxBindings - 3));
  const groups = groupNodes(graph, needed, { inlining, maxBindings });
  return { needed, inlining, groups, order: scheduleGroups(groups) };
}

/** What a group reads from buffers, by node. */
const readsIn = (graph: GraphShape, { inlining }: Fused, index: number): readonly number[] => {
  const node = graph.nodes[index];
  return [...(inlining.leaves.get(index)?.keys() ?? (node === undefined ? [] : readsOf(node)))];
};

const everyGraph = (check: (graph: GraphShape, fused: Fused) => void): void =>
  fc.assert(
    fc.property(randomGraphs, (graph) => check(graph, fuse(graph))),
    RUNS,
  );

describe('neededNodes', () => {
  it('keeps what a tensor refers to and what that is made of, and nothing else', () => {
    everyGraph(({ nodes, slots }, { needed }) => {
      const kept = new Set(needed);
      const wanted = new Set(needed.flatMap((index) => readsOf(nodes[index] as (typeof nodes)[number])));
      nodes.forEach(({ outputs }, index) => {
        const isWanted = outputs.some((slot) => slots[slot]?.live === true || wanted.has(slot));
        expect(kept.has(index)).toBe(isWanted);
      });
    });
  });
});

describe('inlineMaps', () => {
  it('never takes the buffer from what a tensor, a kernel or a program needs there', () => {
    everyGraph(({ nodes, slots }, { needed, inlining }) => {
      for (const index of needed) {
        const node = nodes[index] as (typeof nodes)[number];
        if (inlining.inlined.has(index)) expect(node.outputs.some((slot) => slots[slot]?.live)).toBe(false);
        if (node.kind === 'map' || node.kind === 'reduce') continue;
        for (const slot of readsOf(node)) expect(inlining.inlined.has(slots[slot]?.producer ?? -1)).toBe(false);
      }
    });
  });
  it('names as leaves only slots that are in buffers, at most as many as may be bound', () => {
    everyGraph((graph, fused) => {
      for (const [index, leaves] of fused.inlining.leaves) {
        for (const slot of leaves.keys()) expect(fused.inlining.inlined.has(graph.slots[slot]?.producer ?? -1)).toBe(false);
        if (!fused.inlining.inlined.has(index)) expect(leaves.size).toBeLessThan(MAX_BINDINGS);
      }
    });
  });
});

describe('groupNodes and scheduleGroups', () => {
  it('put every node that is needed and not inlined into one group, whose kind it fits', () => {
    everyGraph(({ nodes }, { needed, inlining, groups }) => {
      const members = groups.flatMap((group) => group.members);
      expect([...members].sort((a, b) => a - b)).toEqual(needed.filter((index) => !inlining.inlined.has(index)));
      for (const {
        kind,
        members: [first = -1, ...rest],
      } of groups) {
        expect(nodes[first]?.kind).toBe(kind);
        for (const index of rest) expect(['map', kind === 'reduce' ? 'reduce' : 'map']).toContain(nodes[index]?.kind);
      }
    });
  });
  it('find an order in which everything is made before another group reads it', () => {
    everyGraph((graph, fused) => {
      const made = new Set<number>();
      for (const { members } of fused.order) {
        const own = new Set(members.flatMap((index) => graph.nodes[index]?.outputs ?? []));
        for (const index of members) {
          for (const slot of readsIn(graph, fused, index)) {
            expect((graph.slots[slot]?.producer ?? -1) < 0 || made.has(slot) || own.has(slot)).toBe(true);
          }
        }
        own.forEach((slot) => made.add(slot));
      }
      expect(fused.order.length).toBe(fused.groups.length);
    });
  });
  it('bind no more buffers than the device allows', () => {
    for (const maxBindings of [8, 10, 16]) {
      fc.assert(
        fc.property(randomGraphs, (graph) => {
          const fused = fuse(graph, maxBindings);
          for (const { members } of fused.groups) {
            const bound = new Set(members.flatMap((index) => [...readsIn(graph, fused, index), ...(graph.nodes[index]?.outputs ?? [])]));
            expect(bound.size).toBeLessThanOrEqual(maxBindings);
          }
        }),
        RUNS,
      );
    }
  });
  it('let a member take what another one makes only at the index that both compute', () => {
    everyGraph((graph, fused) => {
      for (const { members, kind } of fused.groups) {
        const own = new Set(members.flatMap((index) => graph.nodes[index]?.outputs ?? []));
        for (const index of members) {
          for (const [slot, same] of fused.inlining.leaves.get(index) ?? []) {
            if (!own.has(slot)) continue;
            expect(same).toBe(true);
            expect(graph.nodes[index]?.kind).toBe('map');
            expect(graph.slots[slot]?.size).toBe(graph.slots[graph.nodes[index]?.outputs[0] ?? -1]?.size);
            if (kind === 'kernel') expect(slot).not.toBe(graph.nodes[members[0] ?? -1]?.outputs[1]);
          }
        }
      }
    });
  });
});

describe('pairInPlace', () => {
  it('keeps an input whose beginning a smaller neighbour in the same dispatch reads', () => {
    const slot = (size: number, producer: number): GraphShape['slots'][number] => ({
      size,
      dtype: 'float32',
      storage: 'float32',
      producer,
      live: producer >= 0,
      foreign: false,
    });
    const map = (size: number, output: number, view: MapNode['operands'][number]): MapNode => ({
      kind: 'map',
      op: 'copy',
      shape: [size],
      operands: [view],
      inputs: [0],
      outputs: [output],
      scalars: [],
      key: '',
    });
    const beginning = { slot: 0, view: { offset: 0, strides: [1] } };
    const graph: GraphShape = {
      nodes: [map(8, 1, { slot: 0, view: null }), map(4, 2, beginning)],
      slots: [slot(8, -1), slot(8, 0), slot(4, 1)],
    };
    const { inlining, groups } = fuse(graph);
    expect(groups.length).toBe(1);
    expect(pairInPlace(graph, groups[0] as Group, { inlining, stored: () => true, isLastReader: () => true }).size).toBe(0);
  });
  it('gives away only what nobody else reads, then or at another place', () => {
    everyGraph((graph, fused) => {
      const readers = new Map<number, Set<number>>();
      for (const { members, id } of fused.groups) {
        for (const index of members)
          for (const slot of readsIn(graph, fused, index)) readers.set(slot, (readers.get(slot) ?? new Set()).add(id));
      }
      const turn = new Map(fused.order.map(({ id }, position) => [id, position]));
      for (const [position, group] of fused.order.entries()) {
        const isLastReader = (slot: number): boolean => [...(readers.get(slot) ?? [])].every((id) => (turn.get(id) ?? 0) <= position);
        const stored = (slot: number): boolean =>
          graph.slots[slot]?.live === true || [...(readers.get(slot) ?? [])].some((id) => id !== group.id);
        const pairs = pairInPlace(graph, group, { inlining: fused.inlining, stored, isLastReader });
        expect(new Set(pairs.values()).size).toBe(pairs.size);
        for (const [input, output] of pairs) {
          const [from, to] = [graph.slots[input], graph.slots[output]];
          expect(from).toMatchObject({ live: false, foreign: false, size: to?.size, storage: to?.storage });
          expect(isLastReader(input)).toBe(true);
          for (const index of group.members) {
            if (!readsIn(graph, fused, index).includes(input)) continue;
            // the one who reads it does so at the index at which the output is stored, before that
            expect(graph.nodes[index]?.kind).toBe('map');
            expect(fused.inlining.leaves.get(index)?.get(input)).toBe(true);
            expect(graph.slots[graph.nodes[index]?.outputs[0] ?? -1]?.size).toBe(to?.size);
          }
        }
      }
    });
  });
});
