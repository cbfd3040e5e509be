import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CastCache } from '../../src/binding/cast-cache.ts';

const HALF = 19;
const BFLOAT16 = 14;

describe('CastCache', () => {
  it('finds the twin of a handle by its type, and none of another', () => {
    const cache = new CastCache(100, () => undefined);
    expect(cache.keep(1, HALF, { id: 7, bytes: 10 })).toBe(true);
    expect([cache.find(1, HALF), cache.find(1, BFLOAT16), cache.find(2, HALF)]).toEqual([7, undefined, undefined]);
  });

  it('removes the twins of a handle that is gone, of every type, and no other', () => {
    const removed: number[] = [];
    const cache = new CastCache(100, (id) => removed.push(id));
    cache.keep(1, HALF, { id: 7, bytes: 10 });
    cache.keep(1, BFLOAT16, { id: 8, bytes: 10 });
    cache.keep(2, HALF, { id: 9, bytes: 10 });
    cache.forget(1);
    expect(removed.sort()).toEqual([7, 8]);
    expect(cache.bytes()).toEqual({ cachedBytes: 10, cachedHandles: 1 });
  });

  it('gives up what was used longest ago when it is full, and not before trim()', () => {
    const removed: number[] = [];
    const cache = new CastCache(20, (id) => removed.push(id));
    for (const id of [1, 2, 3]) cache.keep(id, HALF, { id: id + 10, bytes: 10 });
    expect(cache.find(1, HALF)).toBe(11); // used again
    expect(removed).toEqual([]);
    expect(cache.trim()).toBe(1);
    expect(removed).toEqual([12]);
  });

  it('does not take a twin that alone is more than the limit', () => {
    const cache = new CastCache(5, () => undefined);
    expect(cache.keep(1, HALF, { id: 7, bytes: 6 })).toBe(false);
    expect(new CastCache(0, () => undefined).keep(1, HALF, { id: 7, bytes: 2 })).toBe(false);
  });

  it('holds at most its limit after each trim(), and removes every twin exactly once', () => {
    const step = fc.record({ id: fc.integer({ min: 0, max: 8 }), bytes: fc.integer({ min: 0, max: 12 }), forget: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const alive = new Set<number>();
        const cache = new CastCache(30, (id) => expect(alive.delete(id)).toBe(true));
        for (const [i, { id, bytes, forget }] of steps.entries()) {
          if (forget) cache.forget(id);
          else if (cache.find(id, HALF) === undefined && cache.keep(id, HALF, { id: 100 + i, bytes })) alive.add(100 + i);
          cache.trim();
          expect(cache.bytes().cachedBytes).toBeLessThanOrEqual(30);
          expect(cache.bytes().cachedHandles).toBe(alive.size);
        }
        cache.clear();
        expect(alive.size).toBe(0);
        expect(cache.bytes()).toEqual({ cachedBytes: 0, cachedHandles: 0 });
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
