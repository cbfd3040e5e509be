import { describe, expect, it } from 'vitest';
import type { Storage } from '@halftone/autocast';
import type { MapNode, NodeOperand } from '../../src/graph/node.ts';
import { PendingGraph } from '../../src/graph/pending-graph.ts';
import type { HalfTensorData } from '../../src/storage-data.ts';

interface Variation {
  readonly op?: string;
  readonly shape?: readonly number[];
  readonly storage?: Storage;
  readonly inputStorage?: Storage;
  readonly dropped?: boolean;
  readonly foreign?: boolean;
  readonly dtype?: 'float32' | 'int32';
  readonly number?: number;
  readonly twice?: boolean;
}

const dataOf = (size: number, storage: Storage = 'float32', more: Partial<HalfTensorData> = {}): HalfTensorData => ({
  values: null,
  dtype: 'float32',
  shape: [size],
  refCount: 1,
  ...(storage === 'float32' ? {} : { storage }),
  ...more,
});

/** Records x + number, and what the variation says. */
function record({
  op = 'Add',
  shape = [8],
  storage,
  inputStorage,
  dropped = false,
  foreign = false,
  dtype = 'float32',
  number = 1,
  twice = false,
}: Variation = {}): { graph: PendingGraph; words: string } {
  const graph = new PendingGraph();
  const size = shape.reduce((product, length) => product * length, 1);
  const input = dataOf(size, inputStorage, foreign ? { external: true } : {});
  const add = (data: HalfTensorData): HalfTensorData => {
    const slot = graph.read(data, size);
    const result = dataOf(size, storage, { dtype });
    const out = graph.made(result, size);
    const operands: NodeOperand[] = [{ slot, view: null }, { scalar: 0 }];
    graph.push({
      kind: 'map',
      op,
      shape,
      operands,
      inputs: [slot],
      outputs: [out],
      scalars: [number],
      key: `m${op}[${shape.join()}]${slot} s>${out}`,
    } satisfies MapNode);
    return result;
  };
  const first = add(input);
  if (twice) add(first);
  if (dropped) first.disposed = true;
  return { graph, words: graph.shape().fingerprint };
}

describe('the fingerprint of a pending graph', () => {
  const plain = record().words;
  it.each<[string, Variation]>([
    ['another op', { op: 'Sub' }],
    ['another shape of the same size', { shape: [2, 4] }],
    ['another size', { shape: [9] }],
    ['a result stored in float16', { storage: 'float16' }],
    ['a result stored in bfloat16', { storage: 'bfloat16' }],
    ['an input stored in float16', { inputStorage: 'float16' }],
    ['a result that nobody refers to', { dropped: true }],
    ['an input that belongs to the user', { foreign: true }],
    ['another dtype', { dtype: 'int32' }],
    ['one op more', { twice: true }],
  ])('differs for %s', (_, variation) => {
    expect(record(variation).words).not.toBe(plain);
  });
  it('is the same for another recording, whatever the numbers', () => {
    expect(record().words).toBe(plain);
    expect(record({ number: NaN }).words).toBe(plain);
    expect(record({ number: 17 }).graph.nodes[0]).toMatchObject({ scalars: [17] });
  });
  it('tells float16 from bfloat16', () => {
    expect(record({ storage: 'float16' }).words).not.toBe(record({ storage: 'bfloat16' }).words);
  });
});

describe('a pending graph', () => {
  it('gives data one slot, and another when it is made anew', () => {
    const graph = new PendingGraph();
    const data = dataOf(4, 'float16');
    expect([graph.read(data, 4), graph.read(data, 4)]).toEqual([0, 0]);
    const next = graph.made(data, 4);
    data.storage = undefined;
    expect(graph.read(data, 4)).toBe(next);
    const { shape } = graph.shape();
    expect(shape.slots.map(({ storage, live }) => [storage, live])).toEqual([
      ['float16', false],
      ['float32', true],
    ]);
  });
  it('does not know data of another graph', () => {
    const [one, other] = [new PendingGraph(), new PendingGraph()];
    const data = dataOf(4);
    one.made(data, 4);
    expect([one.holds(data), other.holds(data)]).toEqual([true, false]);
  });
  it('counts results that nobody refers to as needed only when it is asked to, and only the last ones', () => {
    const { graph } = record({ twice: true });
    for (const data of graph.slots) data.disposed = true;
    expect(graph.shape().shape.slots.map(({ live }) => live)).toEqual([false, false, false]);
    expect(graph.shape(true).shape.slots.map(({ live }) => live)).toEqual([false, false, true]);
    expect(graph.shape(true).fingerprint).not.toBe(graph.shape().fingerprint);
  });
});
