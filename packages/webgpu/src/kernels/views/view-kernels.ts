import type { OwnKernel, StockKernel } from '../elementwise/own-kernel.ts';
import { arrangementKernels } from './arrangements.ts';
import { sliceKernels } from './slices.ts';

/**
 * Kernels that only say where an element is found: copies with a view, which vanish into whatever reads them. Where the
 * elements lie as before, the data is shared, as in a reshape.
 *
 * @param stock - tfjs's own kernels, for complex64, strings and constants on the host
 */
export function viewKernels(stock: StockKernel): OwnKernel[] {
  return [...arrangementKernels(stock), ...sliceKernels(stock)];
}
