import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs-core';
import { getKernelsForBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { PrecisionPlugin } from '@halftone/autocast';
import type { Session } from '../backend/session.ts';
import { BACKEND_NAME } from '../library/load-library.ts';
import { batchNormKernel } from './batch-norm.ts';
import { castKernel } from './cast.ts';
import { decidedKernel } from './decided-kernel.ts';

/** Kernels of which we have a better one for half inputs; each falls back to the stock one. */
const REPLACED: Readonly<Record<string, (session: Session, stock: KernelFunc) => KernelFunc>> = {
  Cast: castKernel,
  FusedBatchNorm: batchNormKernel,
};

/**
 * Puts the policy around every kernel that tfjs-node has registered.
 *
 * @returns a function that puts the kernels back as they were, those excepted that somebody replaced since
 */
export function installKernels(plugin: PrecisionPlugin, session: Session): () => void {
  const installed = getKernelsForBackend(BACKEND_NAME).map((stock) => {
    const kernelFunc = REPLACED[stock.kernelName]?.(session, stock.kernelFunc) ?? stock.kernelFunc;
    const own: KernelConfig = { ...stock, kernelFunc: decidedKernel(plugin, session, { ...stock, kernelFunc }) };
    replace(own);
    return { stock, own };
  });
  return () => {
    const now = new Set(getKernelsForBackend(BACKEND_NAME));
    for (const { stock, own } of installed) if (now.has(own)) replace(stock);
  };
}

/** tfjs warns when a name is registered twice. */
function replace(kernel: KernelConfig): void {
  unregisterKernel(kernel.kernelName, BACKEND_NAME);
  registerKernel(kernel);
}
