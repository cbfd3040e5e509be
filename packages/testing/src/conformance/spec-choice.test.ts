import { describe, expect, it } from 'vitest';
import { isChosen, quarterOf } from './spec-choice.ts';

const specs = Array.from({ length: 4000 }, (_, i) => ({ name: `suite ${i % 350} spec ${i}`, suite: i % 350 }));

describe('isChosen', () => {
  it('gives every spec to exactly one shard', () => {
    for (const spec of specs) expect([0, 1, 2].filter((shard) => isChosen(spec, { shard, shards: 3 }))).toHaveLength(1);
  });

  it('gives every spec to exactly one quarter, and quarters of about one size', () => {
    const sizes = [0, 0, 0, 0];
    for (const spec of specs) {
      const quarters = ([0, 1, 2, 3] as const).filter((quarter) => isChosen(spec, { shard: 0, shards: 1, quarter }));
      expect(quarters).toEqual([quarterOf(spec.name)]);
      sizes[quarters[0] as number] = (sizes[quarters[0] as number] ?? 0) + 1;
    }
    for (const size of sizes) expect(Math.abs(size - 1000)).toBeLessThan(100);
  });

  it('keeps what the filter names, within the shard', () => {
    expect(specs.filter((spec) => isChosen(spec, { shard: 0, shards: 1, filter: 'spec 3999' }))).toEqual([specs[3999]]);
    expect(specs.filter((spec) => isChosen(spec, { shard: 0, shards: 2, filter: 'spec 3999' }))).toEqual([]);
  });
});
