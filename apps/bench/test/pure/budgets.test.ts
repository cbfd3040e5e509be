import { describe, expect, test } from 'vitest';
import { budgetVerdicts, nextBounds, ratioVerdict, timeVerdict, type Measured } from '../../src/budget-verdicts.ts';
import { budgets, ratioBudgets } from '../../src/budgets.ts';

const measured: Measured = { dispatches: 60, storageBytesBound: 1000, peakBytes: 500, readbacks: 1, pipelinesAfterWarmup: 0 };
const budget = { model: 'cnn', policy: 'mixed_float16', must: { dispatches: 60, readbacks: 1 }, want: { dispatches: 33 } } as const;

describe('a budget', () => {
  test('holds at its bound and fails one above it', () => {
    expect(budgetVerdicts(budget, measured, undefined).map(({ passed }) => passed)).toEqual([true, true]);
    const [first] = budgetVerdicts(budget, { ...measured, dispatches: 61 }, undefined);
    expect(first?.passed).toBe(false);
    expect(first?.line).toBe('FAILED: cnn mixed_float16: dispatches 61, at most 60, above the wish of 33');
  });

  test('fails a second reading of the loss scale', () => {
    expect(budgetVerdicts(budget, { ...measured, readbacks: 2 }, undefined).some(({ passed }) => !passed)).toBe(true);
  });

  test('fails what grew since the last commit even within the promise, and asks to keep what fell', () => {
    const grown = budgetVerdicts(budget, measured, { peakBytes: 499 });
    expect(grown.at(-1)).toEqual({ passed: false, line: 'FAILED: cnn mixed_float16: peakBytes 500, no more than at the last commit, 499' });
    expect(budgetVerdicts(budget, measured, { peakBytes: 501 }).at(-1)?.line).toMatch(/it fell, keep it: .* --lower$/);
  });

  test('is failed by a counter that was not measured', () => {
    expect(budgetVerdicts(budget, { ...measured, dispatches: Number.NaN }, undefined)[0]?.passed).toBe(false);
  });
});

describe('what is remembered', () => {
  test('falls by itself and grows only when asked', () => {
    expect(nextBounds(measured, { dispatches: 50 }, { allow: 'lower' }).dispatches).toBe(50);
    expect(nextBounds(measured, { dispatches: 70 }, { allow: 'lower' }).dispatches).toBe(60);
    expect(nextBounds(measured, { dispatches: 50 }, { allow: 'raise' }).dispatches).toBe(60);
  });
});

describe('a ratio', () => {
  const ratio = { model: 'cnn', counter: 'peakBytes', of: 'mixed_float16', against: 'float32', must: 0.7 } as const;

  test('compares two steps of one model', () => {
    const steps = new Map([
      ['cnn mixed_float16', { ...measured, peakBytes: 70 }],
      ['cnn float32', { ...measured, peakBytes: 100 }],
    ]);
    expect(ratioVerdict(ratio, steps).passed).toBe(true);
    steps.set('cnn mixed_float16', { ...measured, peakBytes: 71 });
    expect(ratioVerdict(ratio, steps)).toEqual({
      passed: false,
      line: 'FAILED: cnn: peakBytes of mixed_float16 over float32 0.710, at most 0.7',
    });
  });

  test('fails where a step was not measured', () => {
    expect(ratioVerdict(ratio, new Map()).passed).toBe(false);
  });

  test('of time fails only where every attempt agrees', () => {
    expect(timeVerdict('cnn', [0.9, 0.85, 0.79], 0.8).passed).toBe(true);
    expect(timeVerdict('cnn', [0.9, 0.85, 0.81], 0.8).passed).toBe(false);
    expect(timeVerdict('cnn', [Number.NaN], 0.8).passed).toBe(false);
  });
});

test('every promise to lower memory is about steps that are measured', () => {
  const known = new Set(budgets.map(({ model, policy }) => `${model} ${policy}`));
  for (const { model, of, against } of ratioBudgets) {
    expect(known).toContain(`${model} ${of}`);
    if (against !== 'stock') expect(known).toContain(`${model} ${against}`);
  }
});
