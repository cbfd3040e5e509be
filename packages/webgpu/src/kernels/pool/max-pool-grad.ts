import type { KernelRecipe } from '../kernel-source.ts';
import type { PoolPlan, PoolShape } from './pool-shape.ts';
import { planPool, poolKey, poolSizes, poolWidth } from './pool-shape.ts';

/**
 * Backward pass of max pooling in one dispatch, from `dy` and the input; neither the output nor positions are needed.
 *
 * As in tfjs, the last of several equal maxima of a window gets its gradient, and a NaN only where it comes first in its
 * window. Where windows do not overlap, one invocation takes a window and writes all its elements; where they do, one
 * takes an element and asks in each window that holds it whether another element beats it.
 */
export function maxPoolGradRecipe(shape: PoolShape): KernelRecipe {
  const width = poolWidth(shape);
  const sizes = poolSizes(shape);
  const apart = shape.filter[0] <= shape.stride[0] && shape.filter[1] <= shape.stride[1];
  return {
    key: `maxPoolGrad_${poolKey(shape)}`,
    fuses: { epilogue: true },
    build: ({ device }) => {
      const cells = [0, 1].map((d) => Math.ceil(((shape.input[d] ?? 0) + (shape.padding[d] ?? 0)) / (shape.stride[d] ?? 1)));
      const plan = planPool(shape, apart ? [cells[0] ?? 0, cells[1] ?? 0] : shape.input, device);
      return {
        name: `maxPoolGrad_${apart ? 'apart' : 'overlapping'}`,
        ports: [
          { name: 'dys', access: 'read', type: 'f32', width, size: sizes.outputs },
          { name: 'xs', access: 'read', type: 'f32', width, size: sizes.inputs },
          { name: 'dxs', access: 'write', type: 'f32', width, size: sizes.inputs },
        ],
        params: plan.params,
        workgroupSize: [plan.workgroup, 1, 1],
        dispatch: plan.dispatch,
        main: apart ? apartText(plan, width) : overlappingText(plan, width),
      };
    },
  };
}

/** A cell is one stride wide and high: its window and what lies between windows. */
function apartText({ type, head }: PoolPlan, width: number): string {
  const places = width === 1 ? 'i32' : `vec${width}<i32>`;
  return `${head}
    let first = vec2<i32>(line * params.strideHeight - params.padTop, column * params.strideWidth - params.padLeft);
    let top = max(first.x, 0);
    let left = max(first.y, 0);
    let base = image * params.inHeight * params.inWidth;
    var winner = ${places}(-1);
    var dy = ${type}(0.0);
    if (line < params.outHeight && column < params.outWidth) {
      dy = load_dys(((image * params.outHeight + line) * params.outWidth + column) * params.loads + load);
      let bottom = min(first.x + params.filterHeight, params.inHeight);
      let right = min(first.y + params.filterWidth, params.inWidth);
      var best = ${type}(0.0);
      for (var r = top; r < bottom; r += 1) {
        for (var c = left; c < right; c += 1) {
          let at = base + r * params.inWidth + c;
          let value = load_xs(at * params.loads + load);
          let wins = (value >= best) | (winner < ${places}(0));
          best = select(best, value, wins);
          winner = select(winner, ${places}(at), wins);
        }
      }
    }
    for (var r = top; r < min(first.x + params.strideHeight, params.inHeight); r += 1) {
      for (var c = left; c < min(first.y + params.strideWidth, params.inWidth); c += 1) {
        let at = base + r * params.inWidth + c;
        store_dxs(at * params.loads + load, select(${type}(0.0), dy, winner == ${places}(at)));
      }
    }
  }`;
}

function overlappingText({ type, head }: PoolPlan, width: number): string {
  const all = width === 1 ? 'true' : `vec${width}<bool>(true)`;
  return `${head}
    let reach = vec2<i32>(line + params.padTop, column + params.padLeft);
    let stride = vec2<i32>(params.strideHeight, params.strideWidth);
    let filterSize = vec2<i32>(params.filterHeight, params.filterWidth);
    let low = max((reach - filterSize + stride) / stride, vec2<i32>(0));
    let high = min(reach / stride, vec2<i32>(params.outHeight, params.outWidth) - 1);
    let base = image * params.inHeight * params.inWidth;
    let here = base + line * params.inWidth + column;
    let own = load_xs(here * params.loads + load);
    var total = ${type}(0.0);
    for (var outRow = low.x; outRow <= high.x; outRow += 1) {
      for (var outColumn = low.y; outColumn <= high.y; outColumn += 1) {
        let top = max(outRow * stride.x - params.padTop, 0);
        let left = max(outColumn * stride.y - params.padLeft, 0);
        let bottom = min(outRow * stride.x - params.padTop + filterSize.x, params.inHeight);
        let right = min(outColumn * stride.y - params.padLeft + filterSize.y, params.inWidth);
        let opening = base + top * params.inWidth + left;
        var wins = ${all};
        for (var r = top; r < bottom && ${width === 1 ? 'wins' : 'any(wins)'}; r += 1) {
          for (var c = left; c < right; c += 1) {
            let at = base + r * params.inWidth + c;
            if (at != here) {
              let rival = load_xs(at * params.loads + load);
              // an earlier element is beaten by an equal one, a later one beats it; a NaN that comes first is not beaten
              if (at > here) {
                wins = wins & !(rival >= own);
              } else if (at > opening) {
                wins = wins & !(rival > own);
              } else {
                wins = wins & (own >= rival);
              }
            }
          }
        }
        let dy = load_dys(((image * params.outHeight + outRow) * params.outWidth + outColumn) * params.loads + load);
        total += select(${type}(0.0), dy, wins);
      }
    }
    store_dxs(place, total);
  }`;
}
