import { lax, nn, numpy as np } from '@jax-js/jax';
import { cnnData, cnnWeights } from '../models/cnn.ts';
import type { ModelOptions } from '../models/model.ts';
import type { JaxModel } from './jax-model.ts';

const NORM_EPSILON = 1e-3;

/**
 * The network of the budgets in jax-js: channels first, as its convolution wants them, max-pooling as a maximum over a reshaped axis.
 *
 * Its moving statistics are left out: they take no part in a train step's loss, and it is to the advantage of jax-js.
 */
export function jaxCnn(options: ModelOptions): JaxModel {
  const { batch, size } = options;
  const { pictures, labels } = cnnData(options);
  const { kernel, dense, filters, classes } = cnnWeights(options);
  const side = size - 2;
  const half = Math.floor(side / 2);
  const zeros = (count: number): Float32Array => new Float32Array(count);
  return {
    weights: {
      kernel: { shape: [filters, 1, 3, 3], data: transposed(kernel.data, 9, filters) },
      bias: { shape: [filters], data: zeros(filters) },
      gamma: { shape: [filters], data: zeros(filters).fill(1) },
      beta: { shape: [filters], data: zeros(filters) },
      dense: { shape: [filters * half * half, classes], data: channelsFirst(dense.data, { cells: half * half, filters, classes }) },
      denseBias: { shape: [classes], data: zeros(classes) },
    },
    data: () => ({
      x: np.array(pictures).reshape([batch, 1, size, size]),
      y: nn.oneHot(np.array(labels, { dtype: np.int32 }), classes),
    }),
    loss(w, { x, y }, scale) {
      const perChannel = [1, filters, 1, 1];
      const convolved = lax.conv(x!, w['kernel']!, [1, 1], 'VALID').add(w['bias']!.reshape(perChannel));
      const mean = (a: typeof convolved): typeof convolved => a.mul(1 / (batch * side * side)).sum([0, 2, 3], { keepdims: true }); // np.mean of float16 casts inside
      const centred = convolved.ref.sub(mean(convolved));
      const variance = mean(centred.ref.mul(centred.ref));
      const scaled = centred.mul(np.reciprocal(np.sqrt(variance.add(NORM_EPSILON))));
      const normed = scaled.mul(w['gamma']!.reshape(perChannel)).add(w['beta']!.reshape(perChannel));
      const cells = nn.relu(normed).reshape([batch, filters, half, 2, half, 2]).transpose([0, 1, 2, 4, 3, 5]);
      const pooled = np.max(cells.reshape([batch, filters * half * half, 4]), -1);
      return nn
        .logSoftmax(np.matmul(pooled, w['dense']!).add(w['denseBias']!))
        .mul(y!)
        .sum(-1)
        .mul(scale / batch)
        .sum()
        .neg();
    },
  };
}

/** Rows and columns of a matrix exchanged. */
function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
}

/** Rows of the dense layer in the order of [channel, cell] instead of [cell, channel]. */
function channelsFirst(data: Float32Array, { cells, filters, classes }: { cells: number; filters: number; classes: number }): Float32Array {
  const result = new Float32Array(data.length);
  for (let cell = 0; cell < cells; cell += 1)
    for (let filter = 0; filter < filters; filter += 1) {
      const from = (cell * filters + filter) * classes;
      result.set(data.subarray(from, from + classes), (filter * cells + cell) * classes);
    }
  return result;
}
