import type { KernelRecipe } from '../kernel-source.ts';
import { exponentialFunctions, maxAndSum } from './row-exponential.ts';
import type { RowShape } from './row-plan.ts';
import { planRows } from './row-plan.ts';
import { eachLoad, foldLanes, holding, loadType, meetingPlace, readAgain, rowHead, sumOf } from './row-text.ts';

/** Cross-entropy of each row of logits with its label. */
export interface CrossEntropyShape extends RowShape {
  /** `index`: one int32 class a row; `dense`: a probability for each logit. */
  readonly labels: 'index' | 'dense';
  /** Rows with this class cost nothing. Any other class out of range makes NaN. */
  readonly ignoreIndex: number;
}

/**
 * Loss of each row and, for the backward pass, the logarithm of its sum of exponentials; both float32, whatever the
 * logits are stored in. No float32 copy of the logits is ever made, nor are their probabilities.
 *
 * The loss is formed below the maximum, log Σ exp(x - max) - (x_label - max), so that nothing cancels between large
 * numbers. A dense label of 0 costs nothing, also where its logit is -infinity.
 */
export function crossEntropyRecipe(shape: CrossEntropyShape): KernelRecipe {
  const { rows, cols, labels, ignoreIndex } = shape;
  return {
    key: `crossEntropy_${labels}_${rows}_${cols}_${ignoreIndex}`,
    build: ({ device }) => {
      const plan = planRows(shape, device);
      const { width } = plan;
      const dense = labels === 'dense';
      return {
        name: `crossEntropy_${labels}`,
        ports: [
          { name: 'logits', access: 'read', type: 'f32', width, size: rows * cols },
          dense
            ? { name: 'labels', access: 'read', type: 'f32', width, size: rows * cols }
            : { name: 'labels', access: 'read', type: 'i32', width: 1, size: rows },
          { name: 'losses', access: 'write', type: 'f32', width: 1, size: rows },
          { name: 'logSums', access: 'write', type: 'f32', width: 1, size: rows },
        ],
        params: [...plan.params, { name: 'ignore', type: 'i32', value: ignoreIndex }],
        workgroupSize: [plan.workgroup, 1, 1],
        dispatch: plan.dispatch,
        declarations: `${meetingPlace(plan, 'vec3<f32>')}${exponentialFunctions(plan)}`,
        main: `${rowHead(plan)}${holding(plan, dense ? ['logits'] : [])}${maxAndSum(dense ? plan : { ...plan, held: 0 }, 'logits')}
  let top = mine.x;
  let logSum = log(mine.y);
  let nan = bitcast<f32>(params.nan);
  let hopeless = mine.z > 0.0 || mine.y == 0.0;${dense ? denseLoss() : indexLoss()}
  if (row < params.rows && lane == 0) {
    store_losses(row, loss);
    store_logSums(row, select(top + logSum, nan, hopeless));
  }`,
      };

      function denseLoss(): string {
        const type = loadType(width);
        return `
  mine = vec3<f32>(0.0);${eachLoad(
    plan,
    `
      ${readAgain(plan, 'logits', 'value', 'start + col')}
      let label = load_labels(start + col);
      mine.x += ${sumOf(`select(label * ((${type}(top) - value) + ${type}(logSum)), ${type}(0.0), label == ${type}(0.0))`, width)};`,
  )}${foldLanes(plan, 'mine = mine + other;')}
  let loss = select(mine.x, nan, hopeless);`;
      }

      function indexLoss(): string {
        const element = width === 1 ? 'load_logits(start + label)' : `load_logits(start + label / ${width})[label % ${width}]`;
        return `
  var loss = nan;
  if (row < params.rows) {
    let label = load_labels(row);
    if (label == params.ignore) {
      loss = 0.0;
    } else if (label >= 0 && label < params.cols && !hopeless) {
      loss = logSum - (${element} - top);
    }
  }`;
      }
    },
  };
}
