import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedStepRequest } from '@halftone/autocast';
import { FORMULAS } from './formulas.ts';
import type { LoadedUnit } from './load-units.ts';
import type { StepContext } from './step-context.ts';
import { mathsOf } from './tape-maths.ts';
import { Tape } from '../binding/tape.ts';

/** What the updates of one step share. */
export interface UpdateOptions extends Pick<FusedStepRequest, 'kind' | 'rates'> {
  readonly rooms: readonly number[];
  /** A flag, or `null` where the step takes place anyway. */
  readonly applied: number | null;
}

/** What became of one variable. */
export interface UpdatedVariable {
  readonly position: number;
  readonly value: TensorInfo;
  readonly slots: readonly TensorInfo[];
}

/**
 * Updates a unit. The new handles hold the old numbers where the step is not applied: `Select` by a scalar flag gives one
 * of its inputs, on a CPU without a copy, and whatever bad gradients made of the new numbers is gone.
 */
export function updateUnit(
  context: StepContext,
  { unit: { variables, shapes, positions, decay }, gradient, rank }: LoadedUnit,
  { kind, rates, rooms, applied }: UpdateOptions,
): UpdatedVariable[] {
  const { host, flats } = context;
  const tape = new Tape(host.binding); // what is in between goes unit by unit
  try {
    const slotCount = variables[0]?.slots.length ?? 0;
    const rows = [
      variables.map(({ value }) => value),
      ...Array.from({ length: slotCount }, (_, at) => variables.map(({ slots }) => slots[at] as TensorInfo)),
    ];
    const old = rows.map((row) => gathered(context, row, shapes));
    const [value, ...slots] = old as [number, ...number[]];
    const moved = FORMULAS[kind].move({
      maths: mathsOf(tape),
      number: (given) => context.tape.number(given),
      hold: (id) => tape.hold(id),
      rates,
      gradient,
      value,
      slots,
      decay,
      rooms,
      rank,
    });
    const made = [moved.value, ...moved.slots].map((id, index) => {
      const chosen = tape.take(applied === null ? id : tape.op('Select', [applied, id, old[index] as number]));
      return context.note(positions.length === 1 ? [host.own(chosen, shapes[0] ?? [])] : flats.spread(chosen, { shapes, positions }));
    });
    for (const id of old) context.tape.free(id);
    return positions.map((position, at) => {
      const [newValue, ...newSlots] = made.map((row) => row[at]) as [TensorInfo, ...TensorInfo[]];
      return { position, value: newValue, slots: newSlots };
    });
  } finally {
    tape.close();
  }
}

/** The vector in which these tensors lie already, or a new one, held. */
function gathered(context: StepContext, tensors: readonly TensorInfo[], shapes: readonly (readonly number[])[]): number {
  if (tensors.length === 1) return context.handle(tensors[0] as TensorInfo);
  const known = context.flats.find(tensors);
  if (known !== undefined) return known;
  const handles = tensors.map((tensor) => context.handle(tensor));
  return context.tape.hold(context.joined(handles, shapes));
}
