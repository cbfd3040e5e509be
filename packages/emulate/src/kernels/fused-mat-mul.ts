import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { OwnKernel, StockKernels } from './own-kernel.ts';
import { free, required, runStock } from './own-kernel.ts';

interface Inputs {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly bias?: TensorInfo | null;
  readonly preluActivationWeights?: TensorInfo | null;
}

interface Attrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation?: string | null;
  readonly leakyreluAlpha?: number;
}

const ACTIVATIONS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
  prelu: 'Prelu',
};

/**
 * A fused matrix product as product, bias and activation, one after the other, all in float32.
 *
 * tfjs's wasm does that for plain operands. Where one is transposed or batched it adds the bias, and applies the
 * activation, once for every 48 numbers of the inner axis.
 */
export function fusedMatMul(stock: StockKernels): OwnKernel {
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
    const { bias, preluActivationWeights } = inputs as unknown as Inputs;
    const { transposeA, transposeB, activation, leakyreluAlpha = 0 } = attrs as unknown as Attrs;
    const [a, b] = [required<TensorInfo>(inputs, 'a'), required<TensorInfo>(inputs, 'b')];
    const replace = (x: TensorInfo, kernelName: string, others: Readonly<Record<string, TensorInfo>>, alpha: number): TensorInfo => {
      const next = runStock(stock, kernelName, { inputs: { ...others, [kernelName === 'Add' ? 'a' : 'x']: x }, backend, attrs: { alpha } });
      free(backend, x);
      return next;
    };
    const product = runStock(stock, 'BatchMatMul', { inputs: { a, b }, backend, attrs: { transposeA, transposeB } });
    const sum = bias === undefined || bias === null ? product : replace(product, 'Add', { b: bias }, 0);
    const kernelName = ACTIVATIONS[activation ?? 'linear'];
    if (kernelName === undefined) return sum;
    return replace(sum, kernelName, kernelName === 'Prelu' ? { alpha: preluActivationWeights as TensorInfo } : {}, leakyreluAlpha);
  };
  return {
    kernelName: '_FusedMatMul',
    why: 'wasm repeats bias and activation where operands are transposed or batched, and takes a bias of rank 1 alone',
    takes: isStockWrong,
    kernelFunc,
  };
}

/** Whether the stock kernel would take its blocked loop and has something to repeat in it, or would refuse the bias. */
function isStockWrong({ inputs, attrs }: Parameters<KernelFunc>[0]): boolean {
  const { a, b, bias } = inputs as unknown as Inputs;
  const { transposeA, transposeB, activation } = attrs as unknown as Attrs;
  const isBlocked = transposeA || transposeB || a.shape[0] !== 1 || b.shape[0] !== 1;
  const hasBias = bias !== undefined && bias !== null;
  return (isBlocked && (hasBias || ACTIVATIONS[activation ?? 'linear'] !== undefined)) || (hasBias && bias.shape.length !== 1);
}
