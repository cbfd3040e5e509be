import type { KernelRecipe } from '../kernel-source.ts';
import type { RowShape } from './row-plan.ts';
import { planRows } from './row-plan.ts';
import { eachLoad, firstRead, foldLanes, holding, loadType, meetingPlace, readAgain, rowHead, sumOf } from './row-text.ts';

/** Layer normalisation over the last axis. */
export interface LayerNormShape extends RowShape {
  readonly epsilon: number;
}

/**
 * Each row less its mean, over its deviation, times gamma plus beta (Ba, Kiros and Hinton 2016), in one dispatch. Mean and
 * 1 / √(variance + epsilon) of each row come out too, in float32, for the backward pass.
 *
 * The variance is the mean square distance from the mean, so large offsets do not cancel.
 */
export function layerNormRecipe(shape: LayerNormShape): KernelRecipe {
  const { rows, cols, epsilon } = shape;
  return {
    key: `layerNorm_${rows}_${cols}_${epsilon}`,
    fuses: { epilogue: true },
    build: ({ device }) => {
      const plan = planRows(shape, device);
      const { width } = plan;
      const type = loadType(width);
      const whole = { type: 'f32', width, size: rows * cols } as const;
      const vector = { access: 'read', type: 'f32', width, size: cols } as const;
      const statistic = { access: 'write', type: 'f32', width: 1, size: rows } as const;
      return {
        name: 'layerNorm',
        ports: [
          { ...whole, name: 'xs', access: 'read' },
          { ...vector, name: 'gammas' },
          { ...vector, name: 'betas' },
          { ...whole, name: 'ys', access: 'write' },
          { ...statistic, name: 'means' },
          { ...statistic, name: 'rstds' },
        ],
        params: [...plan.params, { name: 'epsilon', type: 'f32', value: epsilon }],
        workgroupSize: [plan.workgroup, 1, 1],
        dispatch: plan.dispatch,
        declarations: meetingPlace(plan, 'f32'),
        main: `${rowHead(plan)}${holding(plan, ['xs'])}
  var mine = 0.0;${eachLoad(
    plan,
    `
      ${firstRead(plan, 'xs', 'value', 'start + col')}
      mine += ${sumOf('value', width)};`,
  )}${foldLanes(plan, 'mine = mine + other;')}
  let mean = mine / f32(params.cols);
  mine = 0.0;${eachLoad(
    plan,
    `
      ${readAgain(plan, 'xs', 'value', 'start + col')}
      let distance = value - ${type}(mean);
      mine += ${width === 1 ? 'distance * distance' : 'dot(distance, distance)'};`,
  )}${foldLanes(plan, 'mine = mine + other;')}
  let rstd = 1.0 / sqrt(mine / f32(params.cols) + params.epsilon);${eachLoad(
    plan,
    `
      ${readAgain(plan, 'xs', 'value', 'start + col')}
      store_ys(start + col, (value - ${type}(mean)) * rstd * load_gammas(col) + load_betas(col));`,
  )}
  if (row < params.rows && lane == 0) {
    store_means(row, mean);
    store_rstds(row, rstd);
  }`,
      };
    },
  };
}
