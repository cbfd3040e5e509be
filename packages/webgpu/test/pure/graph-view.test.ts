import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainKey, domainOf } from '../../src/graph/fusion/domain.ts';
import type { ReduceNode } from '../../src/graph/node.ts';
import type { View } from '../../src/graph/record.ts';
import type { Access, Run } from '../../src/graph/view.ts';
import { accessOf, mergeRuns, stridesOf } from '../../src/graph/view.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 0, maxLength: 5 });
const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** The element that a flat index finds through strides: coordinates by division, from the last dimension on. */
function find(index: number, shape: readonly number[], { offset, strides }: View): number {
  let rest = index;
  let at = offset;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at += (rest % (shape[axis] as number)) * (strides[axis] as number);
    rest = Math.floor(rest / (shape[axis] as number));
  }
  return at;
}

const along = (index: number, runs: readonly Run[]): number =>
  find(
    index,
    runs.map(({ length }) => length),
    { offset: 0, strides: runs.map(({ stride }) => stride) },
  );

function follow(index: number, access: Access): number {
  switch (access.kind) {
    case 'same':
      return index;
    case 'constant':
      return access.offset;
    case 'suffix':
      return index % access.length;
    case 'prefix':
      return Math.floor(index / access.length);
    case 'general':
      return access.offset + along(index, access.runs);
    default:
      return access satisfies never;
  }
}

const viewed = fc
  .record({
    shape: shapes,
    strides: fc.array(fc.constantFrom(0, 0, 1, 1, 2, 3, 4, 5, 12, -1, -5), { minLength: 5, maxLength: 5 }),
    own: fc.nat(3),
    offset: fc.constantFrom(0, 0, 0, 7),
  })
  .map(({ shape, strides, own, offset }) => {
    const mine = stridesOf(shape);
    return {
      shape,
      view: {
        offset,
        strides: shape.map((_, axis) =>
          own === 0
            ? (strides[axis] as number)
            : own === 1
              ? (mine[axis] as number)
              : (strides[axis] as number) > 0
                ? (mine[axis] as number)
                : 0,
        ),
      },
    };
  });

describe('accessOf', () => {
  it('finds the element that the view finds, for every view', () => {
    fc.assert(
      fc.property(viewed, ({ shape, view }) => {
        const access = accessOf(shape, view);
        for (let index = 0; index < size(shape); index++) expect(follow(index, access)).toBe(find(index, shape, view));
      }),
      { seed: 2, numRuns: 3000 },
    );
  });
  it('names the simple ones', () => {
    expect(accessOf([2, 3], null)).toEqual({ kind: 'same' });
    expect(accessOf([2, 3], { offset: 0, strides: [3, 1] })).toEqual({ kind: 'same' });
    expect(accessOf([2, 1, 3], { offset: 0, strides: [3, 99, 1] })).toEqual({ kind: 'same' });
    expect(accessOf([2, 3], { offset: 4, strides: [0, 0] })).toEqual({ kind: 'constant', offset: 4 });
    expect(accessOf([], { offset: 2, strides: [] })).toEqual({ kind: 'constant', offset: 2 });
    expect(accessOf([7, 2, 3], { offset: 0, strides: [0, 3, 1] })).toEqual({ kind: 'suffix', length: 6 });
    expect(accessOf([2, 3, 7], { offset: 0, strides: [3, 1, 0] })).toEqual({ kind: 'prefix', length: 7 });
    expect(accessOf([2, 3], { offset: 5, strides: [-3, -1] })).toEqual({ kind: 'general', offset: 5, runs: [{ length: 6, stride: -1 }] });
    expect(accessOf([3, 2], { offset: 0, strides: [1, 3] })).toEqual({
      kind: 'general',
      offset: 0,
      runs: [
        { length: 3, stride: 1 },
        { length: 2, stride: 3 },
      ],
    });
  });
});

describe('mergeRuns', () => {
  it('drops dimensions of length 1 and joins those that lie behind each other', () => {
    expect(mergeRuns([2, 3, 4], [12, 4, 1])).toEqual([{ length: 24, stride: 1 }]);
    expect(mergeRuns([2, 1, 4], [4, 9, 1])).toEqual([{ length: 8, stride: 1 }]);
    expect(mergeRuns([2, 3, 4], [0, 0, 1])).toEqual([
      { length: 6, stride: 0 },
      { length: 4, stride: 1 },
    ]);
    expect(mergeRuns([1, 1], [3, 1])).toEqual([]);
  });
});

describe('domainOf', () => {
  const reductions = fc
    .record({ shape: shapes.filter((shape) => shape.length > 0), picks: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }) })
    .map(({ shape, picks }): ReduceNode => ({
      kind: 'reduce',
      op: 'sum',
      shape,
      axes: shape.flatMap((_, axis) => (picks[axis] ? [axis] : [])),
      inputs: [0],
      outputs: [1],
      key: '',
    }));

  it('visits for each output exactly the elements that belong to it', () => {
    fc.assert(
      fc.property(reductions, (node) => {
        const { kept, reduced, outputs, count } = domainOf(node);
        const { shape, axes } = node;
        expect(outputs * count).toBe(size(shape));
        const left = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
        const leftStrides = stridesOf(left).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
        for (let output = 0; output < outputs; output++) {
          const visited = Array.from({ length: count }, (_, step) => along(output, kept) + along(step, reduced));
          const wanted = Array.from({ length: size(shape) }, (_, element) => element).filter(
            (element) => find(element, shape, { offset: 0, strides: leftStrides }) === output,
          );
          expect(visited.sort((a, b) => a - b)).toEqual(wanted);
        }
      }),
      { seed: 3, numRuns: 600 },
    );
  });
  it('has the same words only for the same elements in the same order', () => {
    const words = (shape: number[], axes: number[]): string =>
      domainKey(domainOf({ kind: 'reduce', op: 'sum', shape, axes, inputs: [0], outputs: [1], key: '' }));
    expect(words([4, 6], [0])).toBe(words([4, 2, 3], [0]));
    expect(words([4, 6], [0])).not.toBe(words([4, 6], [1]));
    expect(words([4, 6], [0])).not.toBe(words([6, 4], [0]));
  });
});
