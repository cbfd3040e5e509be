import { nn, numpy as np } from '@jax-js/jax';
import { mlpArrays } from '../models/mlp.ts';
import type { ModelOptions } from '../models/model.ts';
import type { JaxModel } from './jax-model.ts';

/** The MLP in jax-js. */
export function jaxMlp(options: ModelOptions): JaxModel {
  const { weights, inputs, labels, classes } = mlpArrays(options);
  return {
    weights,
    data: () => ({
      x: np.array(inputs.data).reshape([...inputs.shape]),
      y: nn.oneHot(np.array(labels, { dtype: np.int32 }), classes),
    }),
    loss(w, { x, y }, scale) {
      let hidden = x!;
      for (let i = 1; i <= options.depth; i += 1) hidden = nn.relu(np.matmul(hidden, w[`w${i}`]!).add(w[`b${i}`]!));
      const logits = np.matmul(hidden, w[`w${options.depth + 1}`]!).add(w[`b${options.depth + 1}`]!);
      return nn
        .logSoftmax(logits)
        .mul(y!)
        .sum(-1)
        .mul(scale / options.batch)
        .sum()
        .neg();
    },
  };
}
