import type { AdapterClass } from '../kernel-source.ts';

/** How kernels that work row by row are spread over a device. */
export interface RowTiles {
  /** Invocations of a workgroup, unless one row takes more. */
  readonly workgroup: number;
  /** Loads of a row that one invocation makes before another one shares the row. */
  readonly loadsPerLane: number;
  /** At most so many invocations share a row. */
  readonly maxLanes: number;
  /** Fewer rows than this cannot occupy the device, so each of them is shared by `maxLanes`. */
  readonly fewRows: number;
  /** Loads that an invocation keeps in registers instead of making them again; 0 where memory is as near as they are. */
  readonly heldLoads: number;
}

/** On a CPU driver a barrier costs more than the loads that it saves: one invocation takes a whole row. */
export const ROW_TILES: Readonly<Record<AdapterClass, RowTiles>> = {
  cpu: { workgroup: 16, loadsPerLane: 1 << 20, maxLanes: 16, fewRows: 32, heldLoads: 0 },
  integrated: { workgroup: 64, loadsPerLane: 4, maxLanes: 256, fewRows: 0, heldLoads: 8 },
  discrete: { workgroup: 128, loadsPerLane: 4, maxLanes: 256, fewRows: 0, heldLoads: 8 },
  mobile: { workgroup: 64, loadsPerLane: 4, maxLanes: 128, fewRows: 0, heldLoads: 4 },
  unknown: { workgroup: 64, loadsPerLane: 4, maxLanes: 256, fewRows: 0, heldLoads: 4 },
};
