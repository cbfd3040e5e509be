import type { TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util, util } from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../../backend.ts';
import type { OwnKernel, StockKernel } from '../elementwise/own-kernel.ts';
import { gatherGradRecipe } from './gather-grad.ts';
import { gatherRecipe } from './gather.ts';

/** What `installGatherGradient` runs: `dy` [positions, slice] and int32 `indices` [positions] give the gradient of a table. */
export const GATHER_GRAD = 'HalftoneGatherGrad';

/** Taking rows out of a table, and the gradient of that. Tables that are not float32 are left to tfjs. */
export function gatherKernels(stock: StockKernel): OwnKernel[] {
  return [
    {
      kernelName: 'GatherV2',
      kernelFunc: (params) => {
        const backend = params.backend as HalfBackend;
        const [x, indices] = [params.inputs['x'] as TensorInfo, params.inputs['indices'] as TensorInfo];
        const { axis, batchDims } = params.attrs as { axis: number; batchDims: number };
        const empty = util.sizeFromShape(x.shape) === 0 || util.sizeFromShape(indices.shape) === 0;
        if (empty || x.dtype !== 'float32' || indices.dtype !== 'int32' || backend.shouldExecuteOnCPU([x, indices]))
          return stock('GatherV2')(params);
        const parsed = util.parseAxisParam(axis, [...x.shape])[0] as number;
        type Known = Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>[0];
        const info = backend_util.segment_util.collectGatherOpShapeInfo(x as Known, indices as Known, parsed, batchDims);
        const positions = util.sizeFromShape(indices.shape) / info.batchSize;
        const shape = { batch: info.batchSize, outer: info.outerSize, length: info.dimSize, slice: info.sliceSize, positions };
        const [output] = backend.record({
          recipe: gatherRecipe(shape),
          inputs: [x, indices],
          outputs: [{ shape: info.outputShape, dtype: 'float32' }],
        });
        return output as TensorInfo;
      },
    },
    {
      kernelName: GATHER_GRAD,
      kernelFunc: ({ inputs, backend, attrs }) => {
        const [dy, indices] = [inputs['dy'] as TensorInfo, inputs['indices'] as TensorInfo];
        const { length } = attrs as { length: number };
        const [positions, slice] = dy.shape as [number, number];
        const half = backend as HalfBackend;
        if (positions * slice * length === 0) return half.makeTensorInfo([length, slice], 'float32', new Float32Array(length * slice));
        // it feeds float32 masters
        const storage = half.decision?.forced === true ? {} : ({ storage: 'float32' } as const);
        const recipe = gatherGradRecipe({ length, slice, positions });
        const [output] = half.record({
          recipe,
          inputs: [dy, indices],
          outputs: [{ shape: [length, slice], dtype: 'float32', ...storage }],
        });
        return output as TensorInfo;
      },
    },
  ];
}
