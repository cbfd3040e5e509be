import type { KernelRecipe } from '../kernel-source.ts';
import { planRows } from './row-plan.ts';
import { eachLoad, firstRead, foldLanes, holding, loadType, meetingPlace, readAgain, rowHead, sumOf } from './row-text.ts';
import type { SoftmaxShape } from './softmax.ts';

/**
 * Backward pass of softmax and log-softmax from `dy` and the result `y`, in one dispatch:
 * dx = (dy - Σ dy·y)·y, and dx = dy - exp(y)·Σ dy.
 */
export function softmaxGradRecipe(shape: SoftmaxShape): KernelRecipe {
  const { rows, cols, log } = shape;
  return {
    key: `${log ? 'logSoftmaxGrad' : 'softmaxGrad'}_${rows}_${cols}`,
    fuses: { epilogue: true },
    build: ({ device }) => {
      const plan = planRows(shape, device);
      const type = loadType(plan.width);
      const port = { type: 'f32', width: plan.width, size: rows * cols } as const;
      const term = log ? 'dy' : 'dy * y';
      const result = log ? 'dy - exp(y) * mine' : `(dy - ${type}(mine)) * y`;
      return {
        name: log ? 'logSoftmaxGrad' : 'softmaxGrad',
        ports: [
          { ...port, name: 'dys', access: 'read' },
          { ...port, name: 'ys', access: 'read' },
          { ...port, name: 'dxs', access: 'write' },
        ],
        params: plan.params,
        workgroupSize: [plan.workgroup, 1, 1],
        dispatch: plan.dispatch,
        declarations: meetingPlace(plan, 'f32'),
        main: `${rowHead(plan)}${holding(plan, log ? ['dys'] : ['dys', 'ys'])}
  var mine = 0.0;${eachLoad(
    plan,
    `
      ${firstRead(plan, 'dys', 'dy', 'start + col')}
      ${log ? '' : firstRead(plan, 'ys', 'y', 'start + col')}
      mine += ${sumOf(term, plan.width)};`,
  )}${foldLanes(plan, 'mine = mine + other;')}${eachLoad(
    plan,
    `
      ${readAgain(plan, 'dys', 'dy', 'start + col')}
      ${log ? 'let y = load_ys(start + col);' : readAgain(plan, 'ys', 'y', 'start + col')}
      store_dxs(start + col, ${result});`,
  )}`,
      };
    },
  };
}
