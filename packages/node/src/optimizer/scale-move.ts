import type { FusedScaleRule } from '@halftone/autocast';
import { dataTypes } from '../binding/data-types.ts';
import type { Maths } from './tape-maths.ts';
import type { Tape } from '../binding/tape.ts';

/** How many numbers the state of a scale has: scale, goodSteps, skippedInRow, skipped, applied, firstBad. */
export const STATE_SIZE = 6;

/** Scalars of a verdict: two flags, and the position of the first bad gradient or -1. */
export interface Flags {
  readonly finite: number;
  readonly applied: number;
  readonly firstBad: number;
}

/**
 * `nextState` of @halftone/loss-scale inside TensorFlow, bit for bit. Two flags, because a window that dropped one
 * micro-batch is not finite and is applied all the same. Flags and the scalars of the state must be held.
 *
 * @returns the state, float32 `[6]`, and its scale as a scalar; both held
 */
export function moveScale(
  { tape, maths }: { readonly tape: Tape; readonly maths: Maths },
  { state, flags, rule }: { readonly state: number; readonly flags: Flags; readonly rule: FusedScaleRule },
): { readonly state: number; readonly seed: number } {
  const { finite, applied, firstBad } = flags;
  const { growthFactor, backoffFactor, growthInterval, hysteresis } = rule;
  const held = (ids: number[]): number[] => ids.map((id) => tape.hold(id));
  const zero = tape.number(0);
  const now = held(maths.unpack(state, STATE_SIZE));
  const more = held(maths.unpack(maths.add(state, tape.number(1)), STATE_SIZE));
  const [scale, , , skipped, counted] = now as [number, number, number, number, number, number];
  const [, good, row, skippedMore, countedMore] = more as [number, number, number, number, number, number];
  const goodSteps = tape.hold(maths.select(finite, good, zero));
  const skippedInRow = tape.hold(maths.select(applied, zero, row));
  const grows = tape.hold(maths.greaterEqual(goodSteps, tape.number(growthInterval)));
  const times = (factor: number): number => tape.hold(timesFactor({ tape, maths }, { scale, factor, rule }));
  const up = growthFactor === 1 ? scale : tape.hold(maths.select(grows, times(growthFactor), scale));
  const down =
    backoffFactor === 1
      ? scale
      : hysteresis <= 1
        ? times(backoffFactor)
        : tape.hold(maths.select(maths.greaterEqual(skippedInRow, tape.number(hysteresis)), times(backoffFactor), scale));
  const seed = tape.hold(maths.select(finite, up, down));
  const next = maths.pack([
    seed,
    maths.select(grows, zero, goodSteps),
    skippedInRow,
    maths.select(applied, skipped, skippedMore),
    maths.select(applied, countedMore, counted),
    firstBad,
  ]);
  return { state: tape.hold(next), seed };
}

/** fround(scale × factor) as JavaScript computes it; a product that is not finite is not adopted, the rest is kept between the bounds. */
function timesFactor(
  { tape, maths }: { readonly tape: Tape; readonly maths: Maths },
  { scale, factor, rule: { minScale, maxScale } }: { readonly scale: number; readonly factor: number; readonly rule: FusedScaleRule },
): number {
  const product = tape.hold(
    Math.fround(factor) === factor
      ? maths.mul(scale, tape.number(factor)) // 24 by 24 bits: the double product is exact, so it is rounded once either way
      : maths.cast(maths.mul(maths.cast(scale, dataTypes.float64), double({ tape }, factor)), dataTypes.float32),
  );
  const bounded = maths.clamp(product, minScale, maxScale);
  return factor <= 1 ? bounded : maths.select(maths.isFinite(product), bounded, scale);
}

/** A float64 scalar from its bits: the binding creates none. */
function double({ tape }: { readonly tape: Tape }, value: number): number {
  const bits = tape.ints([...new Int32Array(new Float64Array([value]).buffer)]);
  return tape.op('Bitcast', [bits], [tape.type('type', dataTypes.float64)]);
}
