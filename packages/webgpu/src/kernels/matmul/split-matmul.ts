import type { AdapterClass, KernelRecipe, KernelSource, Port } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import { matmulTable } from '../tile-table.ts';
import { activationText } from './activation.ts';
import type { MatmulSpec } from './matmul-spec.ts';
import { batchOf, outputsOf, specKey } from './matmul-spec.ts';
import { matmulSource, tileFor } from './recipe.ts';

const WORKGROUP = 64;

/** Into how many parts k is worth splitting on a device: 1 unless k is long and there are few outputs. Pure. */
export function splitsFor(spec: MatmulSpec, adapterClass: AdapterClass): number {
  const { fromDepth, belowOutputs, depthEach, blocks } = matmulTable[adapterClass].split;
  if (spec.k < fromDepth || outputsOf(spec) >= belowOutputs) return 1;
  const blocksNow = batchOf(spec) * Math.ceil(spec.m / 64) * Math.ceil(spec.n / 64);
  return Math.max(1, Math.min(Math.floor(blocks / blocksNow), Math.floor(spec.k / depthEach)));
}

/** Two kernels in the place of one. */
export interface SplitMatmul {
  /** a, b to float32 sums `partialsShape`, which must be stored as float32. */
  readonly partials: KernelRecipe;
  readonly partialsShape: readonly number[];
  /** The partial sums, then bias and slopes where the spec has them, to the product. */
  readonly sum: KernelRecipe;
}

/**
 * The product as partial sums over `splits` parts of k and a second kernel that adds them, in order: the same bits in
 * every run, without atomics. For a long k with few outputs, which in one kernel would leave most of a GPU idle.
 *
 * Pure.
 *
 * @param spec - as for `matmulRecipe`
 * @param splits - 2 or more, see `splitsFor`
 * @returns both recipes; elementwise work can be fused into the second
 *
 * @example
 * const spec = { batchA: 1, batchB: 1, m: 8, n: 8, k: 4096, transposeA: true, transposeB: false };
 * splitMatmulRecipes(spec, 4).partialsShape; // [4, 1, 8, 8]
 */
export function splitMatmulRecipes(spec: MatmulSpec, splits: number): SplitMatmul {
  const key = `${splits}|${specKey(spec)}`;
  return {
    partials: {
      key: `matmulPartials|${key}`,
      build: (context) => ({ ...matmulSource({ spec, tile: tileFor(spec, context), splits }, context), name: 'matmulPartials' }),
    },
    partialsShape: [splits, batchOf(spec), spec.m, spec.n],
    sum: { key: `matmulSum|${key}`, fuses: { epilogue: true }, build: () => sumKernel(spec, splits) },
  };
}

function sumKernel(spec: MatmulSpec, splits: number): KernelSource {
  const { n, bias = false, activation = 'linear', leak = 0.2 } = spec;
  const width = n % 4 === 0 ? 4 : 1;
  const type = width === 4 ? 'vec4<f32>' : 'f32';
  const count = outputsOf(spec) / width;
  const isPrelu = activation === 'prelu';
  const slopes: Port = {
    name: 'slopes',
    access: 'read',
    type: 'f32',
    width: spec.slopes === 'one' ? 1 : width,
    size: spec.slopes === 'one' ? 1 : n,
  };
  const slope = spec.slopes === 'one' ? `${type}(load_slopes(0))` : 'load_slopes(i % params.columns)';
  return {
    name: 'matmulSum',
    ports: [
      { name: 'partials', access: 'read', type: 'f32', width, size: outputsOf(spec) * splits },
      ...(bias ? [{ name: 'bias', access: 'read', type: 'f32', width, size: n } as const] : []),
      ...(isPrelu ? [slopes] : []),
      { name: 'C', access: 'write', type: 'f32', width, size: outputsOf(spec) },
    ],
    params: [
      { name: 'count', type: 'i32', value: count },
      { name: 'splits', type: 'i32', value: splits },
      { name: 'columns', type: 'i32', value: n / width },
      ...(activation === 'leakyrelu' ? [{ name: 'leak', type: 'f32', value: leak } as const] : []),
    ],
    workgroupSize: [WORKGROUP, 1, 1],
    dispatch: spreadGroups(Math.ceil(count / WORKGROUP)),
    declarations: activation === 'linear' ? '' : activationText(activation, type),
    main: `  let i = i32(groupIndex) * ${WORKGROUP} + i32(localIndex);
  if (i >= params.count) { return; }
  var sum = load_partials(i);
  for (var split = 1; split < params.splits; split += 1) { sum += load_partials(split * params.count + i); }
${bias ? '  sum += load_bias(i % params.columns);' : ''}
  store_C(i, ${activation === 'linear' ? 'sum' : `activate(sum${isPrelu ? `, ${slope}` : ''})`});`,
  };
}
