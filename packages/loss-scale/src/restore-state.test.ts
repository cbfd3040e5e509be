import { describe, expect, test } from 'vitest';
import { dynamicLossScale, noLossScale, staticLossScale } from './index.ts';

const sound = { scale: 1024, goodSteps: 3, skippedInRow: 0, skipped: 6, applied: 40 };
const machine = dynamicLossScale();

describe('a saved state', () => {
  test('comes back from JSON as it was', () => {
    expect(machine.restore(JSON.parse(JSON.stringify(sound)))).toEqual(sound);
  });

  test('is copied, without what does not belong to it', () => {
    const saved = { ...sound, kind: 'dynamic', note: 'from a checkpoint' };
    const restored = machine.restore(saved);
    expect(restored).toEqual(sound);
    expect(restored).not.toBe(saved);
  });

  test.each([undefined, null, 'state', 7, true])('of %s is refused as no object', (state) => {
    expect(() => machine.restore(state)).toThrow(/\[loss-scale\] a saved state must be an object, got .* Start again from init\(\)/);
  });

  test.each(['scale', 'goodSteps', 'skippedInRow', 'skipped', 'applied'])('without %s is a TypeError that names it', (missing) => {
    const state = Object.fromEntries(Object.entries(sound).filter(([key]) => key !== missing));
    expect(() => machine.restore(state)).toThrow(TypeError);
    expect(() => machine.restore(state)).toThrow(new RegExp(`saved ${missing} must be .*, got undefined\\. Start again from init\\(\\)`));
  });

  test('that is an array or empty is refused', () => {
    expect(() => machine.restore([])).toThrow(TypeError);
    expect(() => machine.restore({})).toThrow(TypeError);
  });

  test.each([
    { scale: NaN },
    { scale: Infinity },
    { scale: -1024 },
    { scale: 0 },
    { scale: 2 ** 25 },
    { scale: 2 ** -15 },
    { goodSteps: -1 },
    { goodSteps: 1.5 },
    { skippedInRow: NaN },
    { skipped: Infinity },
    { applied: 2 ** 31 },
  ])('with %o is a RangeError that names the number', (wrong) => {
    const [key] = Object.keys(wrong);
    expect(() => machine.restore({ ...sound, ...wrong })).toThrow(RangeError);
    expect(() => machine.restore({ ...sound, ...wrong })).toThrow(new RegExp(`saved ${key} must be a`));
  });

  test('with a number in quotes is a TypeError', () => {
    expect(() => machine.restore({ ...sound, scale: '1024' })).toThrow(TypeError);
    expect(() => machine.restore({ ...sound, scale: '1024' })).toThrow(/got "1024"/);
  });

  test('of another kind is refused, whether it says so or shows it by its scale', () => {
    expect(() => machine.restore({ ...sound, kind: 'static' })).toThrow(/saved kind must be dynamic, got "static"/);
    expect(() => noLossScale().restore(sound)).toThrow(/saved scale must be a float32 from 1 to 1, got 1024/);
    expect(() => staticLossScale(512).restore(sound)).toThrow(/from 512 to 512, got 1024/);
    expect(staticLossScale(1024).restore(sound)).toEqual(sound);
  });

  test('keeps its scale as float32', () => {
    expect(machine.restore({ ...sound, scale: 1000.1 }).scale).toBe(Math.fround(1000.1));
  });
});
