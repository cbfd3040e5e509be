import type { KernelRecipe } from '../kernel-source.ts';
import { decayOf, exponentialFunctions, maxAndSum } from './row-exponential.ts';
import type { RowShape } from './row-plan.ts';
import { planRows, rowWidth } from './row-plan.ts';
import { eachLoad, holding, loadType, meetingPlace, readAgain, rowHead } from './row-text.ts';

/** Softmax of each row, or its logarithm. */
export interface SoftmaxShape extends RowShape {
  readonly log: boolean;
}

/**
 * Softmax or log-softmax of each row in one dispatch: the row is read for maximum and sum together, then for the result.
 *
 * Elements of -infinity become 0 (or -infinity); a row of nothing else, or with a NaN or +infinity in it, becomes NaN, as
 * the quotient of tfjs does.
 */
export function softmaxRecipe(shape: SoftmaxShape): KernelRecipe {
  const { rows, cols, log } = shape;
  return {
    key: `${log ? 'logSoftmax' : 'softmax'}_${rows}_${cols}`,
    fuses: { epilogue: true },
    build: ({ device }) => {
      const plan = planRows(shape, device);
      const type = loadType(plan.width);
      const result = log ? `(value - ${type}(mine.x)) - ${type}(log(mine.y))` : `${decayOf(`value - ${type}(mine.x)`, plan)} / mine.y`;
      return {
        name: log ? 'logSoftmax' : 'softmax',
        ports: [
          { name: 'xs', access: 'read', type: 'f32', width: rowWidth(cols), size: rows * cols },
          { name: 'ys', access: 'write', type: 'f32', width: rowWidth(cols), size: rows * cols },
        ],
        params: plan.params,
        workgroupSize: [plan.workgroup, 1, 1],
        dispatch: plan.dispatch,
        declarations: `${meetingPlace(plan, 'vec3<f32>')}${exponentialFunctions(plan)}`,
        main: `${rowHead(plan)}${holding(plan, ['xs'])}${maxAndSum(plan, 'xs')}
  let hopeless = mine.z > 0.0 || mine.y == 0.0;${eachLoad(
    plan,
    `
      ${readAgain(plan, 'xs', 'value', 'start + col')}
      store_ys(start + col, select(${result}, ${type}(bitcast<f32>(params.nan)), hopeless));`,
  )}`,
      };
    },
  };
}
