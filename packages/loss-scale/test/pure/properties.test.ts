import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LossScale } from '../../src/index.ts';
import { dynamicLossScale, lossScaleVerdict, noLossScale, staticLossScale } from '../../src/index.ts';

const runs = { seed: 20260101, numRuns: 300 };
const flags = fc.array(fc.boolean(), { maxLength: 200 });
const bounds = { minScale: 2 ** -14, maxScale: 2 ** 24 };

const powersOfTwo = fc
  .record({
    start: fc.integer({ min: -14, max: 24 }),
    up: fc.integer({ min: 1, max: 3 }),
    down: fc.integer({ min: 1, max: 3 }),
    growthInterval: fc.integer({ min: 1, max: 5 }),
    hysteresis: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ start, up, down, ...rest }) =>
    dynamicLossScale({ initialScale: 2 ** start, growthFactor: 2 ** up, backoffFactor: 2 ** -down, ...rest }),
  );

const anyDynamic = fc
  .record({
    initialScale: fc.double({ min: 2 ** -14, max: 2 ** 24, noNaN: true }),
    growthFactor: fc.double({ min: 1, max: 10, minExcluded: true, noNaN: true }),
    backoffFactor: fc.double({ min: 0.01, max: 1, maxExcluded: true, noNaN: true }),
    growthInterval: fc.integer({ min: 1, max: 5 }),
  })
  .map((options) => dynamicLossScale(options));

const anyMachine: fc.Arbitrary<LossScale> = fc.oneof(
  powersOfTwo,
  anyDynamic,
  fc.constant(noLossScale()),
  fc.constant(staticLossScale(512)),
);

const history = (machine: LossScale, steps: readonly boolean[]) =>
  steps.reduce((states, finite) => [...states, machine.next(states.at(-1)!, finite)], [machine.init()]);

describe('for any options and any run of good and bad steps', () => {
  test('the scale is a finite float32 within its bounds', () => {
    fc.assert(
      fc.property(anyMachine, flags, (machine, steps) => {
        for (const { scale } of history(machine, steps)) {
          expect(Math.fround(scale)).toBe(scale);
          expect(scale).toBeGreaterThanOrEqual(machine.options.minScale);
          expect(scale).toBeLessThanOrEqual(machine.options.maxScale);
        }
      }),
      runs,
    );
  });

  test('with factors that are powers of 2 and between the bounds, the scale is the initial one times a power of 2', () => {
    fc.assert(
      fc.property(powersOfTwo, flags, (machine, steps) => {
        for (const { scale } of history(machine, steps))
          expect(Number.isInteger(Math.log2(scale / machine.options.initialScale))).toBe(true);
      }),
      runs,
    );
  });

  test('without touching a bound, the scale is initial x growth^grown x backoff^skipped', () => {
    const wide = { minScale: 2 ** -126, maxScale: 2 ** 127, initialScale: 1, growthInterval: 1 };
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (steps) => {
        const machine = dynamicLossScale({ ...wide, growthFactor: 4, backoffFactor: 0.5 });
        const end = history(machine, steps).at(-1)!;
        fc.pre(2 * end.applied <= 126);
        expect(end.scale).toBe(4 ** end.applied * 0.5 ** end.skipped);
      }),
      runs,
    );
  });

  test('every step is counted once, as applied or as skipped', () => {
    fc.assert(
      fc.property(anyMachine, flags, (machine, steps) => {
        const end = history(machine, steps).at(-1)!;
        expect(end.applied).toBe(steps.filter(Boolean).length);
        expect(end.skipped).toBe(steps.length - end.applied);
        expect(end.skippedInRow).toBe(steps.length - 1 - steps.lastIndexOf(true));
        expect(end.goodSteps).toBeLessThan(machine.options.growthInterval);
      }),
      runs,
    );
  });

  test('every state survives JSON and goes on as if it had not been saved', () => {
    fc.assert(
      fc.property(anyMachine, flags, flags, (machine, steps, later) => {
        const state = history(machine, steps).at(-1)!;
        const restored = machine.restore(JSON.parse(JSON.stringify(state)));
        expect(restored).toEqual(state);
        expect(later.reduce((before, finite) => machine.next(before, finite), restored)).toEqual(
          later.reduce((before, finite) => machine.next(before, finite), state),
        );
      }),
      runs,
    );
  });

  test('the options survive JSON: a machine that is rebuilt from them takes the same steps', () => {
    fc.assert(
      fc.property(anyDynamic, flags, (machine, steps) => {
        const again = dynamicLossScale(JSON.parse(JSON.stringify(machine.options)) as LossScale['options']);
        expect(history(again, steps)).toEqual(history(machine, steps));
      }),
      runs,
    );
  });

  test('replicas that are fed the AND of their finite flags stay identical', () => {
    const perStep = fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), { maxLength: 100 });
    fc.assert(
      fc.property(anyDynamic, perStep, (machine, steps) => {
        const replicas = steps.reduce(
          (states, local) => states.map((state) => machine.next(state, local.every(Boolean))),
          [0, 1, 2, 3].map(() => machine.init()),
        );
        for (const replica of replicas) expect(replica).toEqual(replicas[0]);
        expect(replicas[0]!.applied).toBe(steps.filter((local) => local.every(Boolean)).length);
      }),
      runs,
    );
  });

  test('the verdict is to give up exactly where the skips in a row reach the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), flags, (maxConsecutiveSkips, steps) => {
        const machine = dynamicLossScale({ ...bounds, maxConsecutiveSkips });
        for (const state of history(machine, steps)) {
          expect(lossScaleVerdict(machine, state).status === 'give-up').toBe(state.skippedInRow >= maxConsecutiveSkips);
        }
      }),
      runs,
    );
  });
});
