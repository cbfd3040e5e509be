import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedStepRequest } from '@halftone/autocast';
import type { PowerRule } from './formulas.ts';
import type { StepContext } from './step-context.ts';

/** What the powers of beta give to the updates, held, and what they are after the step. */
export interface MovedPowers {
  /** {1 - beta1^t, 1 - beta2^t}, or adamax's rate. */
  readonly rooms: readonly number[];
  readonly next: TensorInfo[];
}

/** Moves an optimizer's one-element tensors where the step is applied; `applied` is `null` where it always is. */
export function movePowers(
  context: StepContext,
  {
    rule,
    rates,
    powers,
    applied,
  }: Pick<FusedStepRequest, 'rates' | 'powers'> & { readonly rule: PowerRule; readonly applied: number | null },
): MovedPowers {
  if (rule === 'none') return { rooms: [], next: [...powers] };
  const { tape, maths } = context;
  const number = (name: string): number => tape.number(rates[name] ?? 0);
  const one = tape.number(1);
  const given = powers.map((power) => context.handle(power)) as [number, number];
  const [first, second] = powers.map(({ shape }, index) => {
    const id = given[index] as number;
    return tape.hold(shape.length === 0 ? id : maths.reshape(id, []));
  }) as [number, number];
  const room1 = tape.hold(maths.sub(one, first));
  const rooms =
    rule === 'moments' ? [room1, tape.hold(maths.sub(one, second))] : [adamaxRate(context, { rates, room1, iteration: second })];
  const moved = [
    maths.mul(given[0], number('beta1')),
    rule === 'moments' ? maths.mul(given[1], number('beta2')) : maths.add(given[1], one),
  ];
  const next = moved.map((id, index) => (applied === null ? id : maths.select(applied, id, given[index] as number)));
  return { rooms, next: next.map((id, index) => context.own(id, powers[index]?.shape ?? [])) };
}

/** (−learningRate / (iteration · decay + 1)) / (1 − beta1^t), held. */
function adamaxRate(
  { tape, maths }: StepContext,
  { rates, room1, iteration }: Pick<FusedStepRequest, 'rates'> & Readonly<Record<'room1' | 'iteration', number>>,
): number {
  const slowed = maths.add(maths.mul(iteration, tape.number(rates['decay'] ?? 0)), tape.number(1));
  return tape.hold(maths.div(maths.div(tape.number(-(rates['learningRate'] ?? 0)), slowed), room1));
}
