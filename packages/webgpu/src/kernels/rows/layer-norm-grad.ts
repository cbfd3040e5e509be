import type { KernelRecipe } from '../kernel-source.ts';
import type { RowShape } from './row-plan.ts';
import { planRows } from './row-plan.ts';
import { eachLoad, firstRead, foldLanes, holding, loadType, meetingPlace, readAgain, rowHead, sumOf } from './row-text.ts';

/**
 * Backward pass of layer normalisation to its input, in one dispatch: with g = dy·gamma and xhat = (x - mean)·rstd,
 * dx = rstd·(g - mean(g) - xhat·mean(g·xhat)) over each row.
 */
export function layerNormGradRecipe(shape: RowShape): KernelRecipe {
  const { rows, cols } = shape;
  return {
    key: `layerNormGrad_${rows}_${cols}`,
    fuses: { epilogue: true },
    build: ({ device }) => {
      const plan = planRows(shape, device);
      const { width } = plan;
      const type = loadType(width);
      const whole = { type: 'f32', width, size: rows * cols } as const;
      const statistic = { access: 'read', type: 'f32', width: 1, size: rows } as const;
      const terms = `
      let g = dy * load_gammas(col);
      let xhat = (x - ${type}(mean)) * rstd;`;
      return {
        name: 'layerNormGrad',
        ports: [
          { ...whole, name: 'dys', access: 'read' },
          { ...whole, name: 'xs', access: 'read' },
          { name: 'gammas', access: 'read', type: 'f32', width, size: cols },
          { ...statistic, name: 'means' },
          { ...statistic, name: 'rstds' },
          { ...whole, name: 'dxs', access: 'write' },
        ],
        params: plan.params,
        workgroupSize: [plan.workgroup, 1, 1],
        dispatch: plan.dispatch,
        declarations: meetingPlace(plan, 'vec2<f32>'),
        main: `${rowHead(plan)}${holding(plan, ['dys', 'xs'])}
  var mean = 0.0;
  var rstd = 0.0;
  if (row < params.rows) {
    mean = load_means(row);
    rstd = load_rstds(row);
  }
  var mine = vec2<f32>(0.0);${eachLoad(
    plan,
    `
      ${firstRead(plan, 'dys', 'dy', 'start + col')}
      ${firstRead(plan, 'xs', 'x', 'start + col')}${terms}
      mine += vec2<f32>(${sumOf('g', width)}, ${width === 1 ? 'g * xhat' : 'dot(g, xhat)'});`,
  )}${foldLanes(plan, 'mine = mine + other;')}
  let averages = mine / f32(params.cols);${eachLoad(
    plan,
    `
      ${readAgain(plan, 'dys', 'dy', 'start + col')}
      ${readAgain(plan, 'xs', 'x', 'start + col')}${terms}
      store_dxs(start + col, rstd * (g - ${type}(averages.x) - xhat * averages.y));`,
  )}`,
      };
    },
  };
}
