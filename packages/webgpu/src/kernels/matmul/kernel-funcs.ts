import type { TensorInfo } from '@tensorflow/tfjs-core';
import { broadcast_util, util } from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../../backend.ts';
import type { OwnKernel, StockKernel } from '../elementwise/own-kernel.ts';
import { isMatmulActivation } from './activation.ts';
import type { MatmulSpec } from './matmul-spec.ts';
import type { MatmulTensors } from './record-matmul.ts';
import { recordMatmul } from './record-matmul.ts';

interface MatmulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation?: string | null;
  readonly leakyreluAlpha?: number;
}

const NAMES = ['BatchMatMul', '_FusedMatMul'] as const;

/**
 * tfjs's two kernels of matrix products, recorded as kernels of ours.
 *
 * What they do not cover (int32, complex64, an empty axis, bias or slopes that are not one for each column, batches that
 * cannot be counted through) runs as it did.
 *
 * @param stock - the kernel that ran under a name before
 */
export function matmulKernels(stock: StockKernel): OwnKernel[] {
  return NAMES.map((kernelName) => {
    const fallback = stock(kernelName);
    return {
      kernelName,
      kernelFunc: (params) => {
        const { inputs, attrs, backend } = params;
        const { a, b, bias, preluActivationWeights } = inputs;
        const tensors: MatmulTensors = {
          a: a as TensorInfo,
          b: b as TensorInfo,
          bias: bias ?? undefined,
          slopes: preluActivationWeights ?? undefined,
        };
        const found = specOf(tensors, attrs as unknown as MatmulAttrs);
        if (found === null) return fallback(params);
        const recorder = backend as HalfBackend;
        return recordMatmul(found.spec, tensors, {
          recorder,
          adapterClass: recorder.traits.adapterClass,
          output: { shape: found.shape, dtype: 'float32' },
        });
      },
    };
  });
}

/** The product that tfjs asks for, or `null` where it is none of ours. */
export function specOf(
  { a, b, bias, slopes }: MatmulTensors,
  { transposeA, transposeB, activation: named, leakyreluAlpha }: MatmulAttrs,
): { readonly spec: MatmulSpec; readonly shape: readonly number[] } | null {
  const activation = named ?? 'linear';
  const all = [a, b, bias, slopes].filter((input) => input !== undefined);
  if (all.some(({ dtype, shape }) => dtype !== 'float32' || util.sizeFromShape(shape) === 0)) return null;
  if (a.shape.length < 2 || b.shape.length < 2) return null;
  const [a0, a1] = a.shape.slice(-2) as [number, number];
  const [b0, b1] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [a1, a0] : [a0, a1];
  const [n, kOfB] = transposeB ? [b0, b1] : [b1, b0];
  if (k !== kOfB) return null;
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const outer = broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const [countA, countB] = [batchSteps(outerA, outer), batchSteps(outerB, outer)];
  const perColumn = (info: TensorInfo | undefined): boolean =>
    info === undefined || (util.sizeFromShape(info.shape) === n && info.shape.at(-1) === n);
  const oneSlope = slopes !== undefined && util.sizeFromShape(slopes.shape) === 1;
  if (countA === null || countB === null || !perColumn(bias) || !(oneSlope || perColumn(slopes))) return null;
  if (!isMatmulActivation(activation) || (activation === 'prelu') !== (slopes !== undefined)) return null;
  const spec: MatmulSpec = {
    batch: util.sizeFromShape(outer),
    batchA: countA.matrices,
    repeatA: countA.repeat,
    batchB: countB.matrices,
    repeatB: countB.repeat,
    m,
    n,
    k,
    transposeA,
    transposeB,
    bias: bias !== undefined,
    activation,
    slopes: oneSlope ? 'one' : 'column',
    ...(leakyreluAlpha === undefined ? {} : { leak: leakyreluAlpha }),
  };
  return { spec, shape: [...outer, m, n] };
}

/**
 * How an operand's matrices are counted through: product i takes matrix `floor(i / repeat) % matrices`. That works where
 * the axes that are not broadcast stand together; `null` where they do not.
 */
export function batchSteps(
  own: readonly number[],
  outer: readonly number[],
): { readonly matrices: number; readonly repeat: number } | null {
  const padded = outer.map((size, i) => ({ size, own: own[i - outer.length + own.length] ?? 1 }));
  const full = padded.flatMap(({ size, own: length }, i) => (length === size && size !== 1 ? [i] : []));
  const [first, last] = [full[0] ?? 0, full.at(-1) ?? -1];
  if (padded.slice(first, last + 1).some(({ size, own: length }) => length !== size)) return null;
  return { matrices: util.sizeFromShape([...own]), repeat: util.sizeFromShape(outer.slice(last + 1)) };
}
