import type { AdapterClass, KernelRecipe } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';

/** Rows taken out of a table: `table` is [batch, outer, length, slice], `indices` [batch, positions], the result [batch, outer, positions, slice]. */
export interface GatherShape {
  readonly batch: number;
  readonly outer: number;
  readonly length: number;
  readonly slice: number;
  readonly positions: number;
}

const WORKGROUP: Readonly<Record<AdapterClass, number>> = { cpu: 64, integrated: 64, discrete: 128, mobile: 64, unknown: 64 };

/** Elements in one load of a slice. */
export function sliceWidth(slice: number): 1 | 2 | 4 {
  return slice % 4 === 0 ? 4 : slice % 2 === 0 ? 2 : 1;
}

/** Copies rows of a table in one dispatch; an index out of range gives zeros, as in tfjs. */
export function gatherRecipe({ batch, outer, length, slice, positions }: GatherShape): KernelRecipe {
  const width = sliceWidth(slice);
  const loads = slice / width;
  const places = batch * outer * positions * loads;
  return {
    key: `gather_${batch}_${outer}_${length}_${slice}_${positions}`,
    fuses: { epilogue: true },
    build: ({ device }) => {
      const workgroup = Math.min(WORKGROUP[device.adapterClass], device.maxInvocations);
      return {
        name: 'gather',
        ports: [
          { name: 'table', access: 'read', type: 'f32', width, size: batch * outer * length * slice },
          { name: 'indices', access: 'read', type: 'i32', width: 1, size: batch * positions },
          { name: 'picked', access: 'write', type: 'f32', width, size: places * width },
        ],
        params: Object.entries({ places, loads, positions, outer, span: length }).map(([name, value]) => ({ name, type: 'i32', value })),
        workgroupSize: [workgroup, 1, 1],
        dispatch: spreadGroups(Math.ceil(places / workgroup)),
        main: `
  let place = i32(groupIndex) * ${workgroup} + i32(localIndex);
  if (place < params.places) {
    let load = place % params.loads;
    let position = (place / params.loads) % params.positions;
    let block = place / params.loads / params.positions;
    let index = load_indices(block / params.outer * params.positions + position);
    var value = ${width === 1 ? '0.0' : `vec${width}<f32>(0.0)`};
    if (index >= 0 && index < params.span) {
      value = load_table((block * params.span + index) * params.loads + load);
    }
    store_picked(place, value);
  }`,
      };
    },
  };
}
