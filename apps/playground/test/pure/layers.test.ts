import { expect, it } from 'vitest';
import { CausalAttention } from '../../src/models/causal-attention.ts';
import { PositionEmbedding } from '../../src/models/position-embedding.ts';
import { RowNorm } from '../../src/models/row-norm.ts';

it('layers with weights are refused before they are built', () => {
  for (const layer of [new PositionEmbedding(), new RowNorm()])
    expect(() => layer.call([])).toThrow(/built before it is called, got a call\. Use it in a model/);
});

it('attention takes queries, keys and values beside one another and keeps its heads in a file', () => {
  const layer = new CausalAttention({ heads: 4, name: 'looks' });
  expect(layer.computeOutputShape([null, 48, 192])).toEqual([null, 48, 64]);
  expect(new CausalAttention(layer.getConfig() as { heads: number; name: string }).getConfig()).toMatchObject({ heads: 4, name: 'looks' });
});
