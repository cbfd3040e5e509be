import type { Tensor } from '@tensorflow/tfjs-core';
import { engine, reshape, util } from '@tensorflow/tfjs-core';
import { replaceGradient } from '@halftone/autocast';
import { GATHER_GRAD } from '../kernels/gather/gather-kernels.ts';
import { isRecording } from './recording.ts';

/**
 * Replaces the gradient of `GatherV2` where whole rows are taken out of a table, as embeddings do.
 *
 * tfjs sums with float atomics, between two transposes of the table: another result on every run. Ours sums in the order
 * of the positions. Another axis, batch dimensions and other backends get the previous gradient.
 *
 * @param backendName - the backend on which ours holds
 * @returns a function that puts the previous gradient back
 */
export function installGatherGradient(backendName: string): () => void {
  return replaceGradient('GatherV2', (previous) => ({
    ...previous,
    gradFunc: (dy, saved, attrs) => {
      const [x, indices] = saved as [Tensor, Tensor];
      const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
      const rows = util.parseAxisParam(axis, x.shape)[0] === 0 && (batchDims === 0 || batchDims === undefined);
      const ours = engine().backendName === backendName && rows && x.dtype === 'float32' && indices.dtype === 'int32';
      if (!ours || isRecording()) return previous.gradFunc(dy, saved, attrs);
      const [length = 0, ...rest] = x.shape;
      return {
        x: () => {
          const inputs = { dy: reshape(dy as Tensor, [indices.size, util.sizeFromShape(rest)]), indices: reshape(indices, [indices.size]) };
          return reshape(engine().runKernel<Tensor>(GATHER_GRAD, inputs, { length }), x.shape);
        },
        indices: () => indices,
      };
    },
  }));
}
