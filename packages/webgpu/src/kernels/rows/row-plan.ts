import type { DeviceTraits, Param } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import { ROW_TILES } from './row-table.ts';

/** A matrix that is worked on row by row: the last axis, and all others together. */
export interface RowShape {
  readonly rows: number;
  readonly cols: number;
}

/** Elements in one load: the widest that divides the row. */
export type RowWidth = 1 | 2 | 4;

/** How rows are laid over invocations. All but `dispatch` and `params` is in the text. */
export interface RowPlan {
  readonly width: RowWidth;
  /** Invocations that share a row: a power of two. */
  readonly lanes: number;
  readonly workgroup: number;
  /** Loads of one invocation that are held in registers; 0: rows are read as often as they are needed. */
  readonly held: number;
  readonly dispatch: readonly [number, number, number];
  readonly params: readonly Param[];
}

/** Elements in one load of rows of this length. */
export function rowWidth(cols: number): RowWidth {
  return cols % 4 === 0 ? 4 : cols % 2 === 0 ? 2 : 1;
}

/**
 * Lays rows over invocations: several rows in a workgroup where rows are short, one row in a workgroup where they are long.
 *
 * Pure.
 */
export function planRows({ rows, cols }: RowShape, { adapterClass, maxInvocations }: DeviceTraits): RowPlan {
  const tiles = ROW_TILES[adapterClass];
  const width = rowWidth(cols);
  const loads = cols / width;
  const mostLanes = Math.min(tiles.maxLanes, powerOfTwo(maxInvocations + 1) / 2);
  const loadsPerLane = rows < tiles.fewRows ? 1 : tiles.loadsPerLane;
  const lanes = Math.min(mostLanes, powerOfTwo(Math.ceil(loads / loadsPerLane)));
  const workgroup = Math.max(lanes, Math.min(tiles.workgroup, mostLanes));
  const perLane = powerOfTwo(Math.ceil(loads / lanes));
  return {
    width,
    lanes,
    workgroup,
    held: perLane <= tiles.heldLoads ? perLane : 0,
    dispatch: spreadGroups(Math.ceil(rows / (workgroup / lanes))),
    params: [
      { name: 'rows', type: 'i32', value: rows },
      { name: 'loads', type: 'i32', value: loads },
      { name: 'cols', type: 'i32', value: cols },
      { name: 'nan', type: 'u32', value: 0x7fc00000 }, // as a constant it would be a compile error
    ],
  };
}

/** The smallest power of two that is not below `n`. */
function powerOfTwo(n: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(n, 1)));
}
