import { layerNorm as fusedLayerNorm, softmaxCrossEntropy } from '@halftone/webgpu';
import {
  cast,
  customGrad,
  gather,
  losses,
  mean,
  oneHot,
  reshape,
  scatterND,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { layerNorm, type LayerNorm } from './blocks.ts';

/** Operations that tfjs composes of many and Halftone has as one. */
export interface Operations {
  readonly norm: LayerNorm;
  /** Rows of a table by their ids. */
  readonly lookUp: (table: Tensor, ids: Tensor1D) => Tensor;
  /** Mean over rows of the cross entropy with the ids of their classes. */
  readonly meanCrossEntropy: (logits: Tensor2D, ids: Tensor1D) => Scalar;
}

const composed: Operations = {
  norm: layerNorm,
  lookUp: (table, ids) =>
    customGrad((given) => ({ value: gather(given as Tensor, ids), gradFunc: (dy: Tensor) => scattered(dy, ids, table.shape) }))(table),
  meanCrossEntropy: (logits, ids) => losses.softmaxCrossEntropy(cast(oneHot(ids, logits.shape[1]), 'float32'), logits),
};

/** The logits stay as they are stored: no float32 copy of them is held. */
const fused: Operations = {
  lookUp: (table, ids) => gather(table, ids),
  norm: (x, gain, shift, epsilon) => fusedLayerNorm(x, gain as Tensor1D, shift as Tensor1D, epsilon),
  meanCrossEntropy: (logits: Tensor, ids) => mean(softmaxCrossEntropy(ids, logits)),
};

/** The operations that a user of a backend would take. */
export function operationsFor(backendName: string): Operations {
  return backendName.startsWith('halftone') ? fused : composed;
}

/** tfjs has no gradient of `gather` on stock WebGPU, so that of a look-up is a scatter there. */
function scattered(dy: Tensor, ids: Tensor1D, shape: number[]): Tensor {
  return scatterND(reshape(ids, [-1, 1]), dy, shape);
}
