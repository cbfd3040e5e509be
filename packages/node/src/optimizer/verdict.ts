import type { TensorInfo } from '@tensorflow/tfjs-core';
import { dataTypes } from '../binding/data-types.ts';
import type { FusedStepRequest } from './contract.ts';
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

/** Looks at all gradients. Unscaled ones answer for the scaled ones too: 1 / scale is a normal number and never 0. */
function checkFlags(context: StepContext, { units, count }: { readonly units: readonly LoadedUnit[]; readonly count: number }): Flags {
  const { tape, maths } = context;
  const places = units.map((unit) => firstBad(context, unit, count));
  const first = tape.hold(places.length === 0 ? tape.int(count) : maths.over('Min', maths.pack(places, dataTypes.int32), 1));
  const finite = tape.hold(maths.greaterEqual(first, tape.int(count)));
  const position = maths.select(finite, tape.number(-1), maths.cast(first, dataTypes.float32));
  return { finite, applied: finite, firstBad: tape.hold(position) };
}

/** The place in the request of a unit's first bad gradient, an int32 scalar; `count` where there is none. */
function firstBad(
  { tape, maths, layouts }: StepContext,
  { unit: { positions, shapes }, gradient, rank }: LoadedUnit,
  count: number,
): number {
  const finite = maths.isFinite(gradient);
  if (positions.length === 1) return maths.select(maths.over('All', finite, rank), tape.int(count), tape.int(positions[0] as number));
  const layout = layouts.acquire(shapes);
  try {
    const part = maths.over('Min', tape.op('SelectV2', [finite, tape.int(positions.length), layout.partsHandle]), 1);
    return tape.op('GatherV2', [tape.ints([...positions, count]), part, tape.int(0)]);
  } finally {
    layouts.release(layout);
  }
}
