import type { OwnKernel, StockKernel } from '../elementwise/own-kernel.ts';
import { crossEntropyKernels } from './cross-entropy-kernels.ts';
import { layerNormKernels } from './layer-norm-kernels.ts';
import { softmaxKernels } from './softmax-kernels.ts';

/** All kernels that work row by row. */
export function rowKernels(stock: StockKernel): OwnKernel[] {
  return [...softmaxKernels(stock), ...crossEntropyKernels(), ...layerNormKernels()];
}
