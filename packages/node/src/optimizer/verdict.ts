import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedStepRequest } from '@halftone/autocast';
import type { LoadedUnit } from './load-units.ts';
import type { Flags } from './scale-move.ts';
import type { StepContext } from './step-context.ts';

/** Who decides about a step, as flags inside TensorFlow; `null` where it always takes place. */
export function verdictFlags(
  context: StepContext,
  {
    verdict,
    units,
    count,
  }: { readonly verdict: FusedStepRequest['verdict']; readonly units: readonly LoadedUnit[]; readonly count: number },
): Flags | null {
  if (verdict.by === 'none') return null;
  if (verdict.by === 'flags') return flagsIn(context, verdict.flags);
  if (verdict.by === 'check') return checkFlags(context, { units, count });
  const applied = context.tape.hold(context.maths.reshape(context.handle(verdict.flag), []));
  return { finite: applied, applied, firstBad: context.tape.number(-1) };
}

/** The flags in float32 `[3]`: {finite, applied, first bad gradient or -1}. */
export function flagsIn(context: StepContext, flags: TensorInfo): Flags {
  const { tape, maths } = context;
  const [finite, applied, firstBad] = maths.unpack(context.handle(flags), 3) as [number, number, number];
  return {
    finite: tape.hold(maths.greater(finite, tape.number(0))),
    applied: tape.hold(maths.greater(applied, tape.number(0))),
    firstBad: tape.hold(firstBad),
  };
}

/**
 * Looks at all gradients. Unscaled ones answer for the scaled ones too: 1 / scale is a normal number and never 0. Places are
 * float32, because on a GPU TensorFlow keeps int32 on the host and would wait for it.
 */
function checkFlags(context: StepContext, { units, count }: { readonly units: readonly LoadedUnit[]; readonly count: number }): Flags {
  const { tape, maths } = context;
  const none = tape.number(count);
  const places = units.map((unit) => firstBad(context, unit, none));
  const first = tape.hold(places.length === 0 ? none : maths.over('Min', maths.pack(places), 1));
  const finite = tape.hold(maths.greaterEqual(first, none));
  return { finite, applied: finite, firstBad: tape.hold(maths.select(finite, tape.number(-1), first)) };
}

/** The place in the request of a unit's first bad gradient, a scalar; `none` where there is none. */
function firstBad({ tape, maths, layouts }: StepContext, { unit, gradient, rank }: LoadedUnit, none: number): number {
  const finite = maths.isFinite(gradient);
  if (unit.positions.length === 1) return maths.select(maths.over('All', finite, rank), none, tape.number(unit.positions[0] as number));
  const layout = layouts.acquire(unit);
  try {
    return maths.over('Min', tape.op('SelectV2', [finite, none, layout.positionsHandle]), 1);
  } finally {
    layouts.release(layout);
  }
}
