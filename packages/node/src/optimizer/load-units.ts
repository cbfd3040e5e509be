import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedStepRequest } from '@halftone/autocast';
import { normFactor } from './clipping.ts';
import { STATE_SIZE } from './scale-move.ts';
import type { StepContext } from './step-context.ts';
import type { Unit } from './units.ts';

/** A unit and its gradient: float32, unscaled, held. */
export interface LoadedUnit {
  readonly unit: Unit;
  readonly gradient: number;
  readonly rank: number;
}

/** 1 / scale, held. */
export function inverseScale({ tape, maths, host }: StepContext, state: TensorInfo): number {
  const [scale, ...rest] = maths.unpack(host.handleOf(state.dataId), STATE_SIZE) as [number, ...number[]];
  for (const id of rest) tape.free(id);
  return tape.hold(maths.reciprocal(scale));
}

/** The gradient of a unit as one handle, times `inverse` where there is one. */
export function loadUnit(context: StepContext, unit: Unit, inverse: number | null): LoadedUnit {
  const gradients = unit.variables.map(({ gradient }) => context.wide(gradient));
  const [only] = gradients as [number];
  const together = gradients.length === 1 ? only : context.joined(gradients, unit.shapes);
  const gradient = context.tape.hold(inverse === null ? together : context.maths.mul(together, inverse));
  return { unit, gradient, rank: gradients.length === 1 ? (unit.variables[0]?.gradient.shape.length ?? 0) : 1 };
}

/** Clips gradients; those before are freed. By the norm of each variable only where each is a unit. */
export function clipUnits(
  context: StepContext,
  units: readonly LoadedUnit[],
  { norm, variableNorm, value }: FusedStepRequest['clip'],
): readonly LoadedUnit[] {
  const { tape, maths } = context;
  const replaced = (clipped: (unit: LoadedUnit) => number): LoadedUnit[] =>
    units.map((unit) => {
      const gradient = tape.hold(clipped(unit));
      tape.free(unit.gradient);
      return { ...unit, gradient };
    });
  if (units.length === 0) return units;
  if (value !== undefined) return replaced(({ gradient }) => maths.clamp(gradient, -value, value));
  if (variableNorm !== undefined) return replaced((unit) => maths.mul(unit.gradient, normFactor(context, [unit], variableNorm)));
  if (norm === undefined) return units;
  const factor = normFactor(context, units, norm);
  return replaced(({ gradient }) => maths.mul(gradient, factor));
}
