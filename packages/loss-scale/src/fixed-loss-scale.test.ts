import { describe, expect, test } from 'vitest';
import { noLossScale, staticLossScale } from './index.ts';

describe.each([
  { kind: 'none', machine: noLossScale(), scale: 1 },
  { kind: 'static', machine: staticLossScale(1024), scale: 1024 },
] as const)('a loss scale of kind $kind', ({ kind, machine, scale }) => {
  test('says its kind', () => {
    expect(machine.kind).toBe(kind);
  });

  test('never moves, and still counts', () => {
    const flags = [true, false, false, true, true, false];
    const states = flags.reduce((list, finite) => [...list, machine.next(list.at(-1)!, finite)], [machine.init()]);
    expect(states.map((state) => state.scale)).toEqual(states.map(() => scale));
    expect(states.at(-1)).toEqual({ scale, goodSteps: 0, skippedInRow: 1, skipped: 3, applied: 3 });
  });

  test('is the dynamic rule with both factors at 1, so that one kernel serves all kinds', () => {
    expect(machine.options).toMatchObject({ growthFactor: 1, backoffFactor: 1, minScale: scale, maxScale: scale, initialScale: scale });
  });
});

describe('a static loss scale', () => {
  test('is rounded to float32', () => {
    expect(staticLossScale(0.1).init().scale).toBe(Math.fround(0.1));
  });

  test.each([0, -2, NaN, Infinity, 2 ** -127, 1e39])('of %d is refused', (scale) => {
    expect(() => staticLossScale(scale)).toThrow(RangeError);
    expect(() => staticLossScale(scale)).toThrow(/\[loss-scale\] scale must be a float32 from .* Try 65536/);
  });

  test('that is no number is a TypeError', () => {
    expect(() => staticLossScale(JSON.parse('"1024"') as number)).toThrow(TypeError);
  });
});

test('the limit of skips in a row is checked', () => {
  expect(() => noLossScale({ maxConsecutiveSkips: 0 })).toThrow(/maxConsecutiveSkips must be a whole number from 1/);
  expect(() => staticLossScale(8, { maxConsecutiveSkips: 1.5 })).toThrow(RangeError);
});
