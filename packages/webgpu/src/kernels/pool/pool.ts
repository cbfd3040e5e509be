import type { KernelRecipe } from '../kernel-source.ts';
import type { PoolShape } from './pool-shape.ts';
import { planPool, poolKey, poolSizes, poolWidth } from './pool-shape.ts';

/** The largest of each window, or the mean of what of the window lies inside. */
export type PoolKind = 'max' | 'avg';

/**
 * Pooling in one dispatch. As in tfjs, `max` passes over NaN, and `avg` divides by the number of elements inside the input.
 * Sums are float32. A window that lies outside altogether gives the lowest number, or 0.
 */
export function poolRecipe(kind: PoolKind, shape: PoolShape): KernelRecipe {
  const width = poolWidth(shape);
  const sizes = poolSizes(shape);
  return {
    key: `${kind}Pool_${poolKey(shape)}`,
    fuses: { epilogue: true },
    build: ({ device }) => {
      const { type, workgroup, dispatch, params, head } = planPool(shape, shape.output, device);
      const update = kind === 'max' ? 'best = select(best, value, value > best);' : 'best += value;';
      return {
        name: `${kind}Pool`,
        ports: [
          { name: 'xs', access: 'read', type: 'f32', width, size: sizes.inputs },
          { name: 'ys', access: 'write', type: 'f32', width, size: sizes.outputs },
        ],
        params: kind === 'max' ? [...params, { name: 'lowest', type: 'u32', value: 0xff800000 }] : params,
        workgroupSize: [workgroup, 1, 1],
        dispatch,
        main: `${head}
    let top = max(line * params.strideHeight - params.padTop, 0);
    let left = max(column * params.strideWidth - params.padLeft, 0);
    let bottom = min(line * params.strideHeight - params.padTop + params.filterHeight, params.inHeight);
    let right = min(column * params.strideWidth - params.padLeft + params.filterWidth, params.inWidth);
    var best = ${type}(${kind === 'max' ? 'bitcast<f32>(params.lowest)' : '0.0'});
    for (var r = top; r < bottom; r += 1) {
      let start = ((image * params.inHeight + r) * params.inWidth + left) * params.loads + load;
      let end = start + (right - left) * params.loads;
      for (var at = start; at < end; at += params.loads) {
        let value = load_xs(at);
        ${update}
      }
    }
    store_ys(place, ${kind === 'max' ? 'best' : 'best / f32(max((bottom - top) * (right - left), 1))'});
  }`,
      };
    },
  };
}
