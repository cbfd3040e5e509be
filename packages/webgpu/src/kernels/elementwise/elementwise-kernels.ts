import { binaryKernels } from './binary-kernels.ts';
import { otherKernels } from './other-kernels.ts';
import type { OwnKernel, StockKernel } from './own-kernel.ts';
import { unaryKernels } from './unary-kernels.ts';

/**
 * Every elementwise kernel, recorded instead of run: one row of the table of elementwise ops, operands broadcast by
 * views, numbers among the attributes as operands that may change from step to step.
 *
 * @param stock - tfjs's own kernels, for what ours do not cover: complex64, strings, mixed dtypes, constants on the host
 */
export function elementwiseKernels(stock: StockKernel): OwnKernel[] {
  return [...unaryKernels(stock), ...binaryKernels(stock), ...otherKernels(stock)];
}
