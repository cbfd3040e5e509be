import type { KernelRecipe } from '../kernel-source.ts';
import type { PoolShape } from './pool-shape.ts';
import { planPool, poolKey, poolSizes, poolWidth } from './pool-shape.ts';

/**
 * Backward pass of average pooling in one dispatch: each element collects from the windows that hold it.
 *
 * As in tfjs, a window's gradient is spread over filter height × width, also where part of the window is padding (the
 * forward pass divides by what lies inside; TensorFlow would here too).
 */
export function avgPoolGradRecipe(shape: PoolShape): KernelRecipe {
  const width = poolWidth(shape);
  const sizes = poolSizes(shape);
  return {
    key: `avgPoolGrad_${poolKey(shape)}`,
    fuses: { epilogue: true },
    build: ({ device }) => {
      const { type, workgroup, dispatch, params, head } = planPool(shape, shape.input, device);
      return {
        name: 'avgPoolGrad',
        ports: [
          { name: 'dys', access: 'read', type: 'f32', width, size: sizes.outputs },
          { name: 'dxs', access: 'write', type: 'f32', width, size: sizes.inputs },
        ],
        params: [...params, { name: 'share', type: 'f32', value: 1 / (shape.filter[0] * shape.filter[1]) }],
        workgroupSize: [workgroup, 1, 1],
        dispatch,
        main: `${head}
    let reach = vec2<i32>(line + params.padTop, column + params.padLeft);
    let stride = vec2<i32>(params.strideHeight, params.strideWidth);
    let low = max((reach - vec2<i32>(params.filterHeight, params.filterWidth) + stride) / stride, vec2<i32>(0));
    let high = min(reach / stride, vec2<i32>(params.outHeight, params.outWidth) - 1);
    var total = ${type}(0.0);
    for (var outRow = low.x; outRow <= high.x; outRow += 1) {
      let start = (image * params.outHeight + outRow) * params.outWidth;
      for (var outColumn = low.y; outColumn <= high.y; outColumn += 1) {
        total += load_dys((start + outColumn) * params.loads + load) * params.share;
      }
    }
    store_dxs(place, total);
  }`,
      };
    },
  };
}
