import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../../backend.ts';
import type { MapRecorder } from '../../graph/record.ts';

type KernelFunc = KernelConfig['kernelFunc'];

/** What tfjs hands to a kernel. */
export type KernelParams = Parameters<KernelFunc>[0];

/** tfjs's own function for a kernel. */
export type StockKernel = (kernelName: string) => KernelFunc;

/** A kernel of ours that takes the place of tfjs's. */
export interface OwnKernel {
  readonly kernelName: string;
  readonly kernelFunc: KernelFunc;
}

/** Our backend where elementwise work is recorded. */
export type GraphBackend = HalfBackend & MapRecorder;

/** Records a kernel, or returns `null` for what it does not cover. */
export type RecordKernel = (params: KernelParams, backend: GraphBackend) => TensorInfo | TensorInfo[] | null;

/** Kernels that tfjs computes on the host where all inputs are there and small, so that constants stay constants. */
const ON_HOST: ReadonlySet<string> = new Set(
  `Abs Add Cast Ceil Equal Exp Expm1 Floor FloorDiv Greater GreaterEqual Less LessEqual Log Max Maximum Minimum Multiply Neg
  NotEqual Prod Rsqrt Slice SplitV StridedSlice Sub Tile Transpose Unpack`.split(/\s+/),
);

/**
 * A kernel that is recorded where `record` covers it, and is tfjs's own otherwise: for inputs without elements, for
 * small constants on the host, and where `record` returns `null`.
 */
export function ownKernel(kernelName: string, stock: StockKernel, record: RecordKernel): OwnKernel {
  return {
    kernelName,
    kernelFunc: (params) => {
      const backend = params.backend as GraphBackend;
      return (leaveToStock(kernelName, params, backend) ? null : record(params, backend)) ?? stock(kernelName)(params);
    },
  };
}

function leaveToStock(kernelName: string, { inputs }: KernelParams, backend: GraphBackend): boolean {
  const tensors = Object.values(inputs).filter((input) => input !== undefined && input !== null);
  if (tensors.some(({ shape, dtype }) => dtype === 'complex64' || dtype === 'string' || util.sizeFromShape(shape) === 0)) return true;
  return tensors.length > 0 && ON_HOST.has(kernelName) && backend.shouldExecuteOnCPU(tensors);
}
