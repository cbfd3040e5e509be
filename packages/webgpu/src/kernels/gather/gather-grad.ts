import type { AdapterClass, KernelRecipe } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import { sliceWidth } from './gather.ts';

/** A table of `length` rows of `slice` numbers, and the gradient of `positions` rows taken out of it. */
export interface GatherGradShape {
  readonly length: number;
  readonly slice: number;
  readonly positions: number;
}

interface GatherGradTile {
  /** Invocations of a workgroup: each has one load of channels. */
  readonly workgroup: number;
  /** Rows of the table that a workgroup sums, each in registers of its own. */
  readonly rows: number;
  /** Positions that it looks through at a time. */
  readonly chunk: number;
  /** Workgroups that occupy the device; small tables get fewer rows in each. */
  readonly enough: number;
}

const TILES: Readonly<Record<AdapterClass, GatherGradTile>> = {
  cpu: { workgroup: 32, rows: 16, chunk: 512, enough: 16 },
  integrated: { workgroup: 64, rows: 8, chunk: 256, enough: 128 },
  discrete: { workgroup: 64, rows: 8, chunk: 512, enough: 512 },
  mobile: { workgroup: 64, rows: 8, chunk: 256, enough: 64 },
  unknown: { workgroup: 64, rows: 8, chunk: 256, enough: 128 },
};

/**
 * Gradient of rows taken out of a table, in one dispatch without atomics: dtable[v] = Σ dy[p] over the positions p with
 * index v, in their order, in float32. Every run gives the same bits.
 *
 * A workgroup owns a few rows of the table and some channels. It looks through the indices together, a chunk at a time,
 * and only where one of its rows occurs do all go over the chunk. So the cost is that of writing the table, plus one look
 * at each index for each few rows: with 50,257 rows and 512 positions three million looks for 39 million numbers.
 */
export function gatherGradRecipe({ length, slice, positions }: GatherGradShape): KernelRecipe {
  const width = sliceWidth(slice);
  const loads = slice / width;
  return {
    key: `gatherGrad_${length}_${slice}_${positions}`,
    fuses: { epilogue: true },
    build: ({ device }) => {
      const tile = TILES[device.adapterClass];
      const workgroup = Math.min(tile.workgroup, device.maxInvocations);
      const across = Math.ceil(loads / workgroup);
      const rows = Math.max(1, Math.min(tile.rows, Math.floor((length * across) / tile.enough)));
      const type = width === 1 ? 'f32' : `vec${width}<f32>`;
      const each = Array.from({ length: rows }, (_, i) => i);
      return {
        name: 'gatherGrad',
        ports: [
          { name: 'dys', access: 'read', type: 'f32', width, size: positions * slice },
          { name: 'indices', access: 'read', type: 'i32', width: 1, size: positions },
          { name: 'sums', access: 'write', type: 'f32', width, size: length * slice },
        ],
        params: Object.entries({ span: length, loads, positions, across }).map(([name, value]) => ({ name, type: 'i32', value })),
        workgroupSize: [workgroup, 1, 1],
        dispatch: spreadGroups(Math.ceil(length / rows) * across),
        declarations: `var<workgroup> rowOf : array<i32, ${tile.chunk}>;
var<workgroup> found : atomic<u32>;
var<private> picked : array<${type}, ${rows}>;`,
        main: `
  let firstRow = i32(groupIndex) / params.across * ${rows};
  let load = i32(groupIndex) % params.across * ${workgroup} + i32(localIndex);
  ${each.map((i) => `var sum${i} = ${type}(0.0);`).join(' ')}
  for (var start = 0; start < params.positions; start += ${tile.chunk}) {
    let count = min(${tile.chunk}, params.positions - start);
    if (localIndex == 0u) { atomicStore(&found, 0u); }
    workgroupBarrier();
    for (var i = i32(localIndex); i < count; i += ${workgroup}) {
      let row = load_indices(start + i) - firstRow;
      rowOf[i] = row;
      if (row >= 0 && row < ${rows}) { atomicOr(&found, 1u); }
    }
    workgroupBarrier();
    if (atomicLoad(&found) != 0u && load < params.loads) {
      for (var i = 0; i < count; i += 1) {
        let row = rowOf[i];
        if (row >= 0 && row < ${rows}) {
          let dy = load_dys((start + i) * params.loads + load);
          ${each.map((i) => `sum${i} += select(${type}(0.0), dy, row == ${i});`).join('\n          ')}
        }
      }
    }
    workgroupBarrier();
  }
  if (load < params.loads) {
    ${each.map((i) => `picked[${i}] = sum${i};`).join(' ')}
    for (var i = 0; i < min(${rows}, params.span - firstRow); i += 1) {
      store_sums((firstRow + i) * params.loads + load, picked[i]);
    }
  }`,
      };
    },
  };
}
