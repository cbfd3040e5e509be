import { summarize } from '@halftone/float16';
import { dynamicLossScale } from '@halftone/loss-scale';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countExponents } from '../../src/loss-scale/count-exponents.ts';
import gradients from '../../src/loss-scale/gradients.json' with { type: 'json' };
import { stepAt } from '../../src/loss-scale/replay-chart.ts';
import { eventsOf, replay } from '../../src/loss-scale/replay.ts';
import { combine, fateOf, largestSafeScale, sharesAt } from '../../src/loss-scale/shares.ts';
import { replaySummary, sharesSummary, sharesTable } from '../../src/loss-scale/words.ts';

const seed = 20261123;
/** Magnitudes over the range of gradients, without the two slivers that lie beside an exponent: the tie at 2^-25, what rounds up to 2^-14, and 65520 and more below 65536. */
const magnitudes = fc
  .array(fc.tuple(fc.integer({ min: -60, max: 14 }), fc.double({ min: 1.01, max: 1.99, noNaN: true }), fc.boolean()), {
    minLength: 1,
    maxLength: 50,
  })
  .map((list) => Float32Array.from(list, ([exponent, mantissa, negative]) => (negative ? -1 : 1) * mantissa * 2 ** exponent));

describe('shares', () => {
  test('are those that float16 really makes of the scaled numbers', () => {
    fc.assert(
      fc.property(magnitudes, fc.integer({ min: 0, max: 24 }), (values, scale) => {
        const range = summarize(
          values.map((value) => value * 2 ** scale),
          'float16',
        );
        const { zero, subnormal, overflow, normal, total } = sharesAt(countExponents(values), scale);
        expect({ zero, subnormal, overflow }).toEqual({ zero: range.underflow, subnormal: range.subnormal, overflow: range.overflow });
        expect(zero + subnormal + normal + overflow).toBe(total);
      }),
      { seed },
    );
  });

  test('go to the right with the scale: never more zeros, never fewer overflows', () => {
    for (const name of gradients.names) {
      const counts = gradients.counts[name as keyof typeof gradients.counts][2]!;
      for (let scale = 1; scale <= 24; scale += 1) {
        const [before, after] = [sharesAt(counts, scale - 1), sharesAt(counts, scale)];
        expect(after.zero).toBeLessThanOrEqual(before.zero);
        expect(after.overflow).toBeGreaterThanOrEqual(before.overflow);
      }
    }
  });

  test('change at the ends of float16', () => {
    expect([-26, -25, -15, -14, 15, 16].map(fateOf)).toEqual(['zero', 'subnormal', 'subnormal', 'normal', 'normal', 'overflow']);
  });

  test('of several tensors are the sums', () => {
    const both = combine([
      countExponents(Float32Array.of(1, 0, 4)),
      countExponents(Float32Array.of(-0.5, 1)),
      countExponents(new Float32Array(3)),
    ]);
    expect(both).toEqual({ first: -1, counts: [1, 2, 0, 1], zeros: 4 });
    expect(combine([])).toEqual({ first: 0, counts: [], zeros: 0 });
  });

  test('find the largest scale without an overflow', () => {
    const counts = countExponents(Float32Array.of(2 ** -3, 2 ** -20));
    const scale = largestSafeScale(counts, 0, 24);
    expect(sharesAt(counts, scale).overflow).toBe(0);
    expect(sharesAt(counts, scale + 1).overflow).toBe(1);
    expect(largestSafeScale(countExponents(Float32Array.of(2 ** -60)), 0, 24)).toBe(24);
  });
});

test('exponents are counted exactly, of subnormal numbers too', () => {
  expect(countExponents(Float32Array.of(2 ** -149, 1.5 * 2 ** -127, -1, 0))).toMatchObject({ first: -149, zeros: 1 });
  fc.assert(
    fc.property(magnitudes, (values) => {
      const { counts, first, zeros } = countExponents(values);
      expect(counts.reduce((sum, count) => sum + count, zeros)).toBe(values.length);
      expect(2 ** first).toBeLessThanOrEqual(values.reduce((least, value) => Math.min(least, Math.abs(value)), Infinity));
    }),
    { seed },
  );
});

describe('a replay', () => {
  const standard = { initialExponent: 16, growthInterval: 50, backoffFactor: 0.5, injected: [] } as const;

  test('is the state machine fed with whether the largest gradient still fits', () => {
    const steps = replay(gradients, standard);
    const machine = dynamicLossScale({ growthInterval: 50 });
    let state = machine.init();
    for (const [i, step] of steps.entries()) {
      const fits = summarize([gradients.largest[i]! * gradients.largestUnit * state.scale], 'float16').overflow === 0;
      expect(step).toMatchObject({ step: i + 1, scale: state.scale, outcome: fits ? 'applied' : 'skipped' });
      state = machine.next(state, fits);
      expect(step.state).toEqual(state);
    }
    expect(steps).toHaveLength(gradients.steps);
  });

  test('skips a step that is made to overflow, and backs off by the chosen factor', () => {
    const [before, step] = replay(gradients, { ...standard, backoffFactor: 0.25, injected: [20] }).slice(18, 20);
    expect(step).toMatchObject({ step: 20, outcome: 'skipped by the injected overflow' });
    expect(step!.state.scale).toBe(before!.state.scale / 4);
  });

  test('sinks at once from a scale that is far too large', () => {
    const steps = replay(gradients, { ...standard, initialExponent: 24 });
    expect(steps[0]?.outcome).toBe('skipped');
    expect(steps.at(-1)!.state.scale).toBeLessThan(2 ** 19);
  });

  test('tells every step that was skipped or moved the scale, and no other', () => {
    const steps = replay(gradients, standard);
    const told = new Set(eventsOf(steps).map(({ step }) => step));
    for (const { step, scale, outcome, state } of steps) expect(told.has(step)).toBe(outcome !== 'applied' || state.scale !== scale);
  });

  test('stays where it is when nothing overflows and the interval is not over', () => {
    expect(replaySummary(replay(gradients, { ...standard, growthInterval: 2000 }))).toBe(
      '480 steps: 480 applied, none was skipped. The scale begins at 2¹⁶ and ends at 2¹⁶.',
    );
  });
});

test('a place of the chart is a step, also at its edges', () => {
  expect(stepAt(0, 640, 480)).toBe(1);
  expect(stepAt(640, 640, 480)).toBe(480);
  expect(stepAt(34 + (640 - 38) / 2, 640, 480)).toBe(241);
});

test('words name the scale and what becomes of the gradients', () => {
  const shares = sharesAt(countExponents(Float32Array.of(2 ** -30, 2 ** -20, 1, 1)), 0);
  expect(sharesSummary(shares, 0)).toBe(
    'Loss times 2⁰ = 1: of 4 gradients that are not zero in float32, 25 % become zero, 25 % lose bits (subnormal), 50 % keep full precision, 0 % overflow.',
  );
  expect(sharesTable(gradients, 2, 16).rows).toHaveLength(gradients.names.length + 1);
});
