import { describe, expect, test } from 'vitest';
import type { GuardedCall, Stage, StageCall, StepGuard } from './index.ts';
import { createStepGuard, guardCall, nextStage, StepOrderError } from './index.ts';

const after = (calls: readonly GuardedCall[], guard: StepGuard = createStepGuard()): StepGuard => calls.reduce(guardCall, guard);

const scale: GuardedCall = { call: 'scale' };
const update: GuardedCall = { call: 'update' };
const unscale: GuardedCall = { call: 'unscale', optimizer: 'adam', gradients: 2 };
const step: GuardedCall = { call: 'step', optimizer: 'adam', gradients: 2 };

describe('the stage of an optimizer', () => {
  const table: readonly [Stage, StageCall, Stage | RegExp][] = [
    ['ready', 'unscale', 'unscaled'],
    ['ready', 'step', 'stepped'],
    ['ready', 'update', 'ready'],
    ['unscaled', 'unscale', /second unscale\(\) before update\(\).* Call unscale\(\) once/],
    ['unscaled', 'step', 'stepped'],
    ['unscaled', 'update', 'ready'],
    ['stepped', 'unscale', /unscale\(\) after step\(\).* Call unscale\(\) before step\(\)/],
    ['stepped', 'step', /second step\(\) before update\(\).* Call update\(\) once/],
    ['stepped', 'update', 'ready'],
  ];

  test.each(table)('%s goes by %s to %s', (stage, call, expected) => {
    if (typeof expected === 'string') expect(nextStage(stage, call)).toBe(expected);
    else {
      expect(() => nextStage(stage, call)).toThrow(StepOrderError);
      expect(() => nextStage(stage, call)).toThrow(expected);
      expect(() => nextStage(stage, call)).toThrow(/^\[loss-scale\] wrong order of calls, got /);
    }
  });
});

describe('the guard of a training loop', () => {
  test('lets the order of a good step pass and is ready for the next', () => {
    const end = after([scale, unscale, step, update]);
    expect(end).toEqual({ enabled: true, scaled: true, stages: {}, checked: [] });
    expect(after([scale, step, update], end)).toEqual(end);
  });

  test.each([
    { name: 'a step before any scale', calls: [step], reason: 'not-scaled', message: /step\(\) before any scale\(\)\. Call scale\(\)/ },
    { name: 'an unscale before any scale', calls: [unscale], reason: 'not-scaled', message: /unscale\(\) before any scale\(\)/ },
    { name: 'an update before any scale', calls: [update], reason: 'not-scaled', message: /update\(\) before any scale\(\)/ },
    {
      name: 'an update without a check',
      calls: [scale, update],
      reason: 'nothing-checked',
      message: /update\(\) before any gradient was checked\. Call/,
    },
    { name: 'a second unscale', calls: [scale, unscale, unscale], reason: 'unscaled-twice', message: /second unscale/ },
    { name: 'an unscale after the step', calls: [scale, step, unscale], reason: 'unscaled-after-step', message: /after step/ },
    { name: 'a second step', calls: [scale, step, step], reason: 'stepped-twice', message: /second step/ },
    {
      name: 'a step without gradients',
      calls: [scale, { call: 'step', optimizer: 'unused', gradients: 0 }],
      reason: 'no-gradients',
      message: /step\(\) for unused, which had no gradients to check\. Call scale\(\)/,
    },
  ] as const)('refuses $name and says what to call', ({ calls, reason, message }) => {
    const run = (): StepGuard => after(calls);
    expect(run).toThrow(message);
    expect(run).toThrow(StepOrderError);
    expect(run).toThrow(expect.objectContaining({ reason, name: 'StepOrderError' }));
  });

  test('keeps the optimizers of one step apart', () => {
    const guard = after([scale, step, { call: 'unscale', optimizer: 'sgd', gradients: 1 }]);
    expect(guard.stages).toEqual({ adam: 'stepped', sgd: 'unscaled' });
    expect(guard.checked).toEqual(['adam', 'sgd']);
  });

  test('lets a scale that is set by hand pass without a check', () => {
    expect(after([scale, { call: 'update', newScale: 4 }]).stages).toEqual({});
  });

  test('does not count an unscale without gradients as a check', () => {
    expect(() => after([scale, { call: 'unscale', optimizer: 'unused', gradients: 0 }, update])).toThrow(/before any gradient was checked/);
  });

  test('refuses a step whose gradients came after the unscale, and so were never checked or divided', () => {
    const late = [scale, { call: 'unscale', optimizer: 'late', gradients: 0 }, { call: 'step', optimizer: 'late', gradients: 3 }] as const;
    expect(() => after(late)).toThrow(expect.objectContaining({ reason: 'no-gradients' }));
  });

  test('takes an optimizer whose key is a word of JavaScript', () => {
    const odd = { call: 'step', optimizer: 'constructor', gradients: 1 } as const;
    expect(after([scale, odd]).stages['constructor']).toBe('stepped');
  });

  test('is unchanged by a call that it refuses', () => {
    const guard = Object.freeze(after([scale, step]));
    expect(() => guardCall(guard, step)).toThrow(StepOrderError);
    expect(guard.stages).toEqual({ adam: 'stepped' });
    expect(after([update], guard).stages).toEqual({});
  });

  test('that is not enabled accepts every order and stays the same', () => {
    const off = createStepGuard({ enabled: false });
    expect(after([step, step, unscale, update, update], off)).toBe(off);
  });

  test('is plain data that survives JSON', () => {
    const guard = after([scale, unscale]);
    expect(after([step, update], JSON.parse(JSON.stringify(guard)) as StepGuard)).toEqual(after([step, update], guard));
  });
});
