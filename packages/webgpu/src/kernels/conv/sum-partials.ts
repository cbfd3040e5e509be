import type { KernelRecipe } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import { vectorType, widthOf } from './conv-shape.ts';

const LANES = 64;

/**
 * Adds `splits` partial results of `elements` numbers each, `[splits, elements]`, in the order of the splits: the same
 * bits on every run. Input: the partial results.
 *
 * Pure.
 */
export function sumPartials(elements: number, splits: number): KernelRecipe {
  const width = widthOf(elements);
  const groups = elements / width;
  return {
    key: `sumPartials:${elements},${splits}`,
    build: () => ({
      name: 'sumPartials',
      ports: [
        { name: 'partials', access: 'read', type: 'f32', width, size: elements * splits },
        { name: 'total', access: 'write', type: 'f32', width, size: elements },
      ],
      params: [
        { name: 'groups', type: 'i32', value: groups },
        { name: 'splits', type: 'i32', value: splits },
      ],
      workgroupSize: [LANES, 1, 1],
      dispatch: spreadGroups(Math.ceil(groups / LANES)),
      main: `
  let at = i32(groupIndex) * ${LANES} + i32(localIndex);
  if (at >= params.groups) { return; }
  var sum = ${vectorType(width)}();
  for (var split = 0; split < params.splits; split++) { sum += load_partials(split * params.groups + at); }
  store_total(at, sum);`,
    }),
    fuses: { epilogue: true },
  };
}
