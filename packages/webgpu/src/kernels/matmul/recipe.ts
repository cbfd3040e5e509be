import type { BuildContext, KernelRecipe, KernelSource } from '../kernel-source.ts';
import type { MatmulTile } from '../tile-table.ts';
import { matmulTable } from '../tile-table.ts';
import { directKernel } from './direct-kernel.ts';
import type { CutMatmul } from './frame.ts';
import type { MatmulSpec } from './matmul-spec.ts';
import { shapeOf, specKey } from './matmul-spec.ts';
import { sharedKernel } from './shared-kernel.ts';

/** The source of a product that is cut in a given way. Pure. */
export function matmulSource(cut: CutMatmul, context: BuildContext): KernelSource {
  return cut.tile.kind === 'direct' ? directKernel(cut, context) : sharedKernel(cut, context);
}

/** The tile of the device's row, with fewer invocations where the device does not allow as many. */
export function tileFor(spec: MatmulSpec, { device }: Pick<BuildContext, 'device'>): MatmulTile {
  const tile = matmulTable[device.adapterClass].tiles[shapeOf(spec)];
  const [across, down, slices] = tile.workgroup;
  const invocations = across * down * slices;
  return invocations <= device.maxInvocations ? tile : { ...tile, workgroup: [across, down, 1] };
}

/**
 * A batch of matrix products in one dispatch, with bias and activation.
 *
 * Products and sums are float32, whatever the storage; `spec.fast` says otherwise. Each output is stored once, four at a
 * time where `n` allows it, so elementwise work can be fused in on the way out. The order of the sums is fixed.
 *
 * Pure; the source is made when the graph asks for it.
 *
 * @param spec - shapes and choices; no axis may be empty
 * @returns a recipe with the inputs a, b, then bias and slopes where the spec has them, and one output
 *
 * @example
 * const recipe = matmulRecipe({ batchA: 1, batchB: 1, m: 2, n: 4, k: 3, transposeA: false, transposeB: false });
 * recipe.fuses?.epilogue; // true
 */
export function matmulRecipe(spec: MatmulSpec): KernelRecipe {
  return {
    key: `matmul|${specKey(spec)}`,
    fuses: { epilogue: true },
    build: (context) => matmulSource({ spec, tile: tileFor(spec, context), splits: 1 }, context),
  };
}
