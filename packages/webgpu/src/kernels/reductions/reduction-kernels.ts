import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util, sumOutType, util } from '@tensorflow/tfjs-core';
import type { ReduceOp, ReduceRequest } from '../../graph/record.ts';
import type { GraphBackend, KernelParams, OwnKernel, StockKernel } from '../elementwise/own-kernel.ts';
import { ownKernel } from '../elementwise/own-kernel.ts';
import { reshape } from '../views/record-view.ts';

/** What a reducing kernel does, and the dtypes that it is recorded for. */
interface Reduction {
  readonly op: ReduceOp;
  readonly dtypes: readonly DataType[];
}

const NUMBERS: readonly DataType[] = ['float32', 'int32'];

const KERNELS: Readonly<Record<string, Reduction>> = {
  All: { op: 'all', dtypes: ['bool'] },
  Any: { op: 'any', dtypes: ['bool'] },
  Max: { op: 'max', dtypes: NUMBERS },
  Mean: { op: 'sum', dtypes: ['float32'] },
  Min: { op: 'min', dtypes: NUMBERS },
  Prod: { op: 'prod', dtypes: NUMBERS },
  Sum: { op: 'sum', dtypes: NUMBERS },
};

/**
 * Reductions over any axes of a tensor as it lies: no transpose. Float32 and int32 accumulate as themselves, bool by
 * `any` and `all`.
 *
 * @param stock - tfjs's own kernels, for other dtypes and constants on the host
 */
export function reductionKernels(stock: StockKernel): OwnKernel[] {
  return Object.entries(KERNELS).map(([kernelName, { op, dtypes }]) =>
    ownKernel(kernelName, stock, (params, backend) => {
      const x = params.inputs['x'] as TensorInfo;
      if (!dtypes.includes(x.dtype)) return null;
      const request = requestOf(op, x, params);
      const count = util.sizeFromShape(x.shape) / util.sizeFromShape([...request.output.shape]);
      if (count === 1) return reshape(backend, stock, x, request.output.shape);
      return kernelName === 'Mean' ? recordMean(backend, request, count) : backend.recordReduce(request);
    }),
  );
}

function requestOf(op: ReduceOp, x: TensorInfo, { attrs }: KernelParams): ReduceRequest {
  const wanted = (attrs?.['axis'] ?? attrs?.['reductionIndices']) as number | number[];
  const axes = [...util.parseAxisParam(wanted, x.shape)].sort((a, b) => a - b);
  const [left] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  const shape = attrs?.['keepDims'] === true ? backend_util.expandShapeToKeepDim(left, axes) : left;
  return { op, input: x, axes, output: { shape, dtype: x.dtype === 'bool' ? 'bool' : sumOutType(x.dtype) } };
}

/** The sum stays float32 until it is divided: in half it could overflow where the mean does not. */
function recordMean(backend: GraphBackend, request: ReduceRequest, count: number): TensorInfo {
  const sum = backend.recordReduce({ ...request, output: { ...request.output, storage: 'float32' } });
  const mean = backend.recordMap({ op: 'RealDiv', operands: [{ input: sum }, { scalar: count }], output: request.output });
  backend.disposeData(sum.dataId);
  return mean;
}
