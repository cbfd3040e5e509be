import type { TensorInfo } from '@tensorflow/tfjs-core';
import { env, util } from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../backend.ts';
import type { KernelParams, OwnKernel, StockKernel } from './elementwise/own-kernel.ts';
import { GATHER_GRAD } from './gather/gather-kernels.ts';

/** Why a kernel of tfjs's gives other bits on every run, and what to do instead. */
interface Refusal {
  readonly kernelName: string;
  /** Whether this call adds floats in whatever order they come; whole numbers give the same sum in every order. */
  readonly applies: (params: KernelParams) => boolean;
  readonly remedy: string;
}

const isFloat = ({ dtype }: TensorInfo): boolean => dtype === 'float32';
const weighted = ({ inputs }: KernelParams): boolean => {
  const weights = inputs['weights'];
  return weights !== undefined && weights !== null && isFloat(weights) && util.sizeFromShape(weights.shape) > 0;
};

/** tfjs's kernels that add floats with atomics and that we have none of our own for; split-K products are avoided, not refused. */
const REFUSED: readonly Refusal[] = [
  {
    kernelName: 'SparseSegmentMean',
    applies: ({ inputs }) => isFloat(inputs['data'] as TensorInfo),
    remedy: 'Use tf.gather() and a matrix product.',
  },
  {
    kernelName: 'SparseSegmentSum',
    applies: ({ inputs }) => isFloat(inputs['data'] as TensorInfo),
    remedy: 'Use tf.gather() and tf.unsortedSegmentSum().',
  },
  { kernelName: 'Dilation2DBackpropFilter', applies: () => true, remedy: 'Train without dilation2d.' },
  { kernelName: 'Dilation2DBackpropInput', applies: () => true, remedy: 'Train without dilation2d.' },
  { kernelName: 'Bincount', applies: weighted, remedy: 'Leave the weights out, or use tf.unsortedSegmentSum().' },
  { kernelName: 'DenseBincount', applies: weighted, remedy: 'Leave the weights out, or use tf.unsortedSegmentSum().' },
];

const NEEDS_FUSION = "Leave fusion: 'off' out.";

/**
 * Kernels for `deterministic: true`: sums by index are ours, in the order of the positions; what adds floats with atomics and has
 * no kernel of ours is refused by name, when it is called.
 */
export function deterministicKernels(stock: StockKernel, { fusion }: { readonly fusion: boolean }): OwnKernel[] {
  return [
    ...REFUSED.map(({ kernelName, applies, remedy }) =>
      guarded(kernelName, stock, (params) => {
        if (applies(params)) throw refused(kernelName, remedy);
        return null;
      }),
    ),
    guarded('UnsortedSegmentSum', stock, (params) => {
      const [x, ids] = [params.inputs['x'] as TensorInfo, params.inputs['segmentIds'] as TensorInfo];
      if (!isFloat(x)) return null;
      if (!fusion) throw refused('UnsortedSegmentSum', NEEDS_FUSION);
      const { numSegments } = params.attrs as { readonly numSegments: number };
      return sumByIndex(stock, params, { x, ids, shape: [numSegments, ...x.shape.slice(1)] });
    }),
    guarded('ScatterNd', stock, (params) => {
      const [x, ids] = [params.inputs['updates'] as TensorInfo, params.inputs['indices'] as TensorInfo];
      if (!isFloat(x)) return null;
      if (!fusion) throw refused('ScatterNd', NEEDS_FUSION);
      if (ids.shape.at(-1) !== 1) throw refused('ScatterNd', 'Scatter along one dimension: indices of the shape [n, 1].');
      return sumByIndex(stock, params, { x, ids, shape: (params.attrs as { readonly shape: number[] }).shape });
    }),
  ];
}

/**
 * Keeps tfjs's matrix products from splitting k over workgroups that add with atomics: it does so only where it finds few
 * workgroups, and with a threshold of 0 it finds none.
 */
export function avoidSplitProducts(backend: HalfBackend): void {
  const flags = {
    WEBGPU_MATMUL_PROGRAM_TYPE: (value: number) => value !== SPLIT_K,
    WEBGPU_THRESHOLD_TO_INCREASE_WORKGROUPS_FOR_MATMUL: (value: number) => value <= 0,
  };
  for (const [flag, isGood] of Object.entries(flags)) {
    const value = env().getNumber(flag);
    if (!isGood(value)) {
      throw new RangeError(`[webgpu] deterministic: true does not go with the flag ${flag}, got ${value}. Leave the flag at its default.`);
    }
  }
  Reflect.set(backend, 'thresholdToIncreaseWorkgroups', 0);
}

/** `MatMulProgramType.MatMulSplitKProgram` of tfjs 4.22. */
const SPLIT_K = 1;

/** x [n, …] summed into the rows that ids name; rows out of range are left out, as tfjs does. */
function sumByIndex(
  stock: StockKernel,
  { backend }: KernelParams,
  { x, ids, shape }: { readonly x: TensorInfo; readonly ids: TensorInfo; readonly shape: readonly number[] },
): TensorInfo {
  const half = backend as HalfBackend;
  const positions = util.sizeFromShape(ids.shape);
  const [length = 0, ...rest] = shape;
  const dy: TensorInfo = { dataId: x.dataId, dtype: 'float32', shape: [positions, util.sizeFromShape(rest)] };
  const indices: TensorInfo = { dataId: ids.dataId, dtype: 'int32', shape: [positions] };
  const summed = stock(GATHER_GRAD)({ inputs: { dy, indices }, backend: half, attrs: { length } }) as TensorInfo;
  return { ...summed, shape: [...shape] };
}

function guarded(kernelName: string, stock: StockKernel, own: (params: KernelParams) => TensorInfo | null): OwnKernel {
  return { kernelName, kernelFunc: (params) => own(params) ?? stock(kernelName)(params) };
}

function refused(kernelName: string, remedy: string): Error {
  return new Error(
    `[webgpu] with deterministic: true every run gives the same bits, got ${kernelName}, which adds floats in another order each time. ${remedy}`,
  );
}
