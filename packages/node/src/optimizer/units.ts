import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { FusedVariable } from '@halftone/autocast';
import type { FlatPlaces } from './flat-layout.ts';

/** Variables whose update is computed at once: one by itself, or several as one vector. */
export interface Unit extends FlatPlaces {
  readonly variables: readonly FusedVariable[];
  readonly decay: number;
}

/**
 * From this number of elements on a variable goes by itself: an op's own time (0.2 ns an element) is then larger than what it
 * costs to call it (5 µs). A vector has at most `vector` elements, so that it stays in the caches. Halving or doubling either
 * changes little (docs/decisions/0011).
 */
export const UNIT_LIMITS = { variable: 65_536, vector: 524_288 } as const;

function sizeOf({ shape }: TensorInfo): number {
  return util.sizeFromShape(shape);
}

/** Puts small variables with the same weight decay together, always in the same way. */
export function unitsOf(variables: readonly FusedVariable[], how: 'together' | 'apart'): Unit[] {
  const units: { positions: number[]; decay: number; size: number }[] = [];
  const open = new Map<number, { positions: number[]; decay: number; size: number }>();
  variables.forEach(({ value, decay = 0 }, position) => {
    const size = sizeOf(value);
    const isSmall = how === 'together' && size < UNIT_LIMITS.variable;
    const unit = isSmall ? open.get(decay) : undefined;
    if (unit !== undefined && unit.size + size <= UNIT_LIMITS.vector) {
      unit.positions.push(position);
      unit.size += size;
      return;
    }
    const made = { positions: [position], decay, size };
    units.push(made);
    if (isSmall) open.set(decay, made);
  });
  return units.map(({ positions, decay }) => {
    const members = positions.map((position) => variables[position] as FusedVariable);
    return { positions, decay, variables: members, shapes: members.map(({ value }) => value.shape) };
  });
}
