import { describe, expect, test } from 'vitest';
import type { DynamicLossScaleOptions, LossScale, LossScaleState } from './index.ts';
import { dynamicLossScale } from './index.ts';

function after(machine: LossScale, flags: readonly boolean[], from: LossScaleState = machine.init()): LossScaleState {
  return flags.reduce((state, finite) => machine.next(state, finite), from);
}

const good = (steps: number): readonly boolean[] => Array.from({ length: steps }, () => true);
const bad = (steps: number): readonly boolean[] => Array.from({ length: steps }, () => false);

describe('a dynamic loss scale', () => {
  test('starts at 2^16 with every counter at 0', () => {
    expect(dynamicLossScale().init()).toEqual({ scale: 65536, goodSteps: 0, skippedInRow: 0, skipped: 0, applied: 0 });
  });

  test('has the defaults of the design', () => {
    expect(dynamicLossScale().options).toEqual({
      initialScale: 65536,
      growthFactor: 2,
      backoffFactor: 0.5,
      growthInterval: 2000,
      minScale: 2 ** -14,
      maxScale: 2 ** 24,
      maxConsecutiveSkips: 100,
      hysteresis: 1,
    });
  });

  test('halves after an overflow and counts the skip', () => {
    expect(after(dynamicLossScale(), bad(1))).toEqual({ scale: 32768, goodSteps: 0, skippedInRow: 1, skipped: 1, applied: 0 });
  });

  test('doubles after 2000 finite steps and not one earlier', () => {
    const machine = dynamicLossScale();
    const almost = after(machine, good(1999));
    expect(almost).toMatchObject({ scale: 65536, goodSteps: 1999 });
    expect(machine.next(almost, true)).toMatchObject({ scale: 131072, goodSteps: 0, applied: 2000 });
  });

  test('begins the count of good steps anew after a skip', () => {
    const machine = dynamicLossScale({ growthInterval: 3 });
    expect(after(machine, [true, true, false, true, true])).toMatchObject({
      scale: 32768,
      goodSteps: 2,
      skippedInRow: 0,
      skipped: 1,
      applied: 4,
    });
  });

  test('stops at the floor and at the ceiling', () => {
    const machine = dynamicLossScale({ initialScale: 2, minScale: 0.75, maxScale: 5, growthInterval: 1 });
    expect(after(machine, bad(5)).scale).toBe(0.75);
    expect(after(machine, good(5)).scale).toBe(5);
  });

  test('does not adopt a product that is no longer finite', () => {
    const machine = dynamicLossScale({ initialScale: 2 ** 127, maxScale: (2 - 2 ** -23) * 2 ** 127, growthInterval: 1 });
    expect(after(machine, [true])).toMatchObject({ scale: 2 ** 127, goodSteps: 0, applied: 1 });
  });

  test('multiplies in double and rounds once, not with a factor that was rounded before', () => {
    const twice = (start: number): number => Math.fround(start * Math.fround(1.7));
    const start = Array.from({ length: 100 }, (_, i) => 1000 + i).find((scale) => Math.fround(scale * 1.7) !== twice(scale))!;
    const next = after(dynamicLossScale({ initialScale: start, growthFactor: 1.7, growthInterval: 1 }), [true]).scale;
    expect(next).toBe(Math.fround(start * 1.7));
    expect(next).not.toBe(twice(start));
  });

  test('backs off only from as many bad steps in a row as the hysteresis says', () => {
    const machine = dynamicLossScale({ hysteresis: 3 });
    expect(after(machine, bad(2)).scale).toBe(65536);
    expect(after(machine, [false, false, true, false, false]).scale).toBe(65536);
    expect(after(machine, bad(3)).scale).toBe(32768);
    expect(after(machine, bad(4)).scale).toBe(16384);
  });

  test('keeps scales as float32', () => {
    expect(dynamicLossScale({ initialScale: 0.1 }).init().scale).toBe(Math.fround(0.1));
  });

  test('next leaves the state that it was given as it was', () => {
    const machine = dynamicLossScale();
    const state = Object.freeze(machine.init());
    machine.next(state, false);
    expect(state).toEqual(machine.init());
  });

  test('next throws for no state, however broken, and never turns a scale into NaN', () => {
    const machine = dynamicLossScale({ growthInterval: 1 });
    const broken = { scale: 65536, goodSteps: NaN, skippedInRow: Infinity, skipped: -1, applied: NaN };
    expect(machine.next(broken, true).scale).toBe(65536);
    expect(machine.next(broken, false).scale).toBe(32768);
  });

  test('is frozen, its options included', () => {
    const machine = dynamicLossScale();
    expect(Object.isFrozen(machine)).toBe(true);
    expect(Object.isFrozen(machine.options)).toBe(true);
  });
});

describe('a bad option of a dynamic loss scale', () => {
  const cases: readonly [DynamicLossScaleOptions, ErrorConstructor, RegExp][] = [
    [{ growthFactor: 1 }, RangeError, /growthFactor must be between 1 and Infinity, got 1\. Use staticLossScale/],
    [{ growthFactor: Infinity }, RangeError, /growthFactor .* got Infinity/],
    [{ growthFactor: NaN }, RangeError, /growthFactor .* got NaN/],
    [{ backoffFactor: 0 }, RangeError, /backoffFactor must be between 0 and 1, got 0\. Use staticLossScale/],
    [{ backoffFactor: 1 }, RangeError, /backoffFactor .* got 1\./],
    [{ growthInterval: 0 }, RangeError, /growthInterval must be a whole number from 1 to 2147483647, got 0\. Count in steps/],
    [{ growthInterval: 2.5 }, RangeError, /growthInterval .* got 2\.5/],
    [{ growthInterval: 2 ** 31 }, RangeError, /growthInterval .* got 2147483648/],
    [{ maxConsecutiveSkips: 0 }, RangeError, /maxConsecutiveSkips .* got 0/],
    [{ hysteresis: 0 }, RangeError, /hysteresis .* got 0/],
    [{ minScale: 0 }, RangeError, /minScale must be a float32 from .* got 0\. Try 65536/],
    [{ minScale: -1 }, RangeError, /minScale .* got -1/],
    [{ minScale: 2 ** -127 }, RangeError, /minScale .* got 5\.8/],
    [{ maxScale: Infinity }, RangeError, /maxScale .* got Infinity/],
    [{ maxScale: NaN }, RangeError, /maxScale .* got NaN/],
    [{ initialScale: 0 }, RangeError, /initialScale .* got 0/],
    [{ minScale: 131072 }, RangeError, /initialScale must be a float32 from 131072 to 16777216, got 65536\. Move minScale or maxScale/],
    [{ maxScale: 1024 }, RangeError, /initialScale must be a float32 from .* to 1024, got 65536/],
    [{ minScale: 2 ** 25, maxScale: 1 }, RangeError, /initialScale/],
  ];

  test.each(cases)('%o is refused with its name, its range and what to do', (options, Kind, message) => {
    expect(() => dynamicLossScale(options)).toThrow(Kind);
    expect(() => dynamicLossScale(options)).toThrow(message);
    expect(() => dynamicLossScale(options)).toThrow(/^\[loss-scale\] /);
  });

  test('of another type is a TypeError', () => {
    const options = JSON.parse('{"growthFactor": "2"}') as DynamicLossScaleOptions;
    expect(() => dynamicLossScale(options)).toThrow(TypeError);
    expect(() => dynamicLossScale(options)).toThrow(/growthFactor .* got "2"/);
    const scale = JSON.parse('{"initialScale": {}}') as DynamicLossScaleOptions;
    expect(() => dynamicLossScale(scale)).toThrow(/initialScale .* got an object/);
    expect(() => dynamicLossScale(scale)).toThrow(TypeError);
  });

  test('with a misspelt name is refused with the names that there are', () => {
    const options = JSON.parse('{"growthinterval": 10}') as DynamicLossScaleOptions;
    expect(() => dynamicLossScale(options)).toThrow(TypeError);
    expect(() => dynamicLossScale(options)).toThrow(/one of .*growthInterval.*, got "growthinterval"/);
  });
});
