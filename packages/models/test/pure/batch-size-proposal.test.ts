import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchPlan } from '../../src/batch-size/options.ts';
import { largestMeasured, lineThrough, nextSize } from '../../src/batch-size/propose.ts';
import type { MeasuredBatch } from '../../src/batch-size/report.ts';

const measuredBy =
  (bytes: (size: number) => number) =>
  (batchSize: number): MeasuredBatch => ({ batchSize, trainBytes: bytes(batchSize), evaluateBytes: 0, predictBytes: 0 });

describe('the proposal', () => {
  it('is where the line through the peaks meets the budget less the headroom', () => {
    const plan = searchPlan({ budgetBytes: 1000, headroom: 0.1 }, undefined);
    const measured = [1, 2, 4].map(measuredBy((size) => 100 + 10 * size));
    expect(lineThrough(measured)).toEqual({ fixedBytes: 100, bytesPerSample: 10 });
    expect(nextSize(measured, [], plan)).toBe(80);
    expect(nextSize([...measured, measuredBy(() => 900)(80)], [], plan)).toBe(null);
  });

  it('leans on the largest sizes: a small batch does not use all that is held for it', () => {
    const measured = [1, 2, 8, 16].map(measuredBy((size) => Math.max(500, 100 + 50 * size)));
    expect(lineThrough(measured)).toEqual({ fixedBytes: 100, bytesPerSample: 50 });
  });

  it('is the phase that needs most, be it training, validation or prediction', () => {
    const plan = searchPlan({ budgetBytes: 100, headroom: 0 }, undefined);
    const measured = [1, 2].map((batchSize) => ({ batchSize, trainBytes: 1, evaluateBytes: 10 * batchSize, predictBytes: 2 * batchSize }));
    expect(nextSize(measured, [], plan)).toBe(10);
  });

  it('stays below what was refused, and goes up to what is wanted where bytes do not grow', () => {
    const plan = searchPlan({ budgetBytes: 1000, headroom: 0, max: 50 }, undefined);
    const measured = [1, 2].map(measuredBy((size) => 10 * size));
    expect(nextSize(measured, [{ batchSize: 9, why: '' }], plan)).toBe(8);
    expect(nextSize([1, 2].map(measuredBy(() => 10)), [], plan)).toBe(50);
  });

  it('is a multiple of what is asked, and the least one is tried even if the line speaks against it', () => {
    const plan = searchPlan({ budgetBytes: 1000, headroom: 0, multipleOf: 8 }, undefined);
    expect(nextSize([1, 2].map(measuredBy((size) => 45 * size)), [], plan)).toBe(16);
    expect(nextSize([1, 2].map(measuredBy((size) => 300 * size)), [], plan)).toBe(8);
    expect(nextSize([1, 2].map(measuredBy((size) => 300 * size)), [{ batchSize: 8, why: '' }], plan)).toBe(null);
  });

  it('fits, is at most one multiple below the best, and is found in a few tries, whatever the line', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 16 }), (fixed, perSample, multipleOf) => {
        const plan = searchPlan({ budgetBytes: 100_000, headroom: 0, multipleOf, max: 100_000 }, undefined);
        const bytes = (size: number): number => fixed + perSample * size;
        const measured = [1, 2, 4, 8].map(measuredBy(bytes));
        for (let tries = 0, next; tries < 3 && (next = nextSize(measured, [], plan)) !== null; tries++)
          measured.push(measuredBy(bytes)(next));
        const best = largestMeasured(measured, plan)?.batchSize ?? 0;
        expect(bytes(best)).toBeLessThanOrEqual(100_000);
        expect(best + multipleOf > 100_000 || bytes(best + multipleOf) > 100_000 - perSample).toBe(true); // the line is in floating point
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe('bad options', () => {
  it.each([
    [{ budgetBytes: 1, colour: 1 }, /options budgetBytes, .*, got 'colour'\. Leave it out\./],
    [{}, /needs a budget, got none: .* Pass budgetBytes, or register the plug-in with maxBytes\./],
    [{ budgetBytes: -1 }, /budgetBytes must be a number of bytes above 0, got -1\./],
    [{ budgetBytes: 9, headroom: 1 }, /headroom must be a part from 0 to below 1, got 1\./],
    [{ budgetBytes: 9, max: 0 }, /max must be a whole number from 1, got 0\./],
    [{ budgetBytes: 9, multipleOf: 1.5 }, /multipleOf must be a whole number from 1, got 1\.5\./],
    [{ budgetBytes: 9, max: 4, multipleOf: 8 }, /max must be at least multipleOf, got 4 and 8\./],
    [{ budgetBytes: 9, sizes: [4, 2] }, /sizes must be two or more rising whole numbers, got 4, 2\./],
  ])('%j', (options, message) => {
    expect(() => searchPlan(options, undefined)).toThrow(message);
  });

  it('the cap of the plug-in is the budget where none is given', () => {
    expect(searchPlan({}, 1000)).toMatchObject({ budgetBytes: 1000, usableBytes: 900 });
  });
});
