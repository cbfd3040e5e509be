import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { KernelBackend, KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernelsForBackend, util } from '@tensorflow/tfjs-core';
import type { StockModule } from '../base/stock-package.ts';

/** tfjs's cpu backend as a helper of wasm: its own instance, which nobody else sees. */
export interface CpuHelper {
  /** Also holds complex64 tensors, which wasm has no place for. */
  readonly store: KernelBackend;
  readonly kernels: ReadonlyMap<string, KernelConfig>;
  /** How often each kernel ran here. */
  readonly calls: Map<string, number>;
}

export function createCpuHelper({ MathBackendCPU: Backend }: StockModule<'cpu'>): CpuHelper {
  const store: MathBackendCPU = new Backend();
  Object.assign(store, { firstUse: false }); // the advice to install tfjs-node is for programs that run on it
  return { store, kernels: new Map(getKernelsForBackend('cpu').map((kernel) => [kernel.kernelName, kernel])), calls: new Map() };
}

/**
 * A kernel that runs on the cpu backend, on copies of what wasm holds, and whose results come back to wasm. Complex
 * numbers stay with the helper.
 */
export function onCpu(helper: CpuHelper, kernelName: string): KernelFunc {
  const { store, kernels, calls } = helper;
  return ({ inputs, attrs, backend }) => {
    const kernel = kernels.get(kernelName);
    if (kernel === undefined)
      throw new Error(
        `[emulate] tfjs must have the kernel ${kernelName}, got none on wasm and none on cpu. Compute this part on another backend.`,
      );
    calls.set(kernelName, (calls.get(kernelName) ?? 0) + 1);
    const wasm = backend as KernelBackend;
    const lent: object[] = [];
    const lend = (info: TensorInfo): TensorInfo => {
      if (store.refCount(info.dataId) > 0) return info;
      const dataId = store.write(wasm.readSync(info.dataId), info.shape, info.dtype);
      lent.push(dataId);
      return { dataId, shape: info.shape, dtype: info.dtype, rank: info.shape.length } as TensorInfo; // some kernels of tfjs read a tensor's rank
    };
    const takeBack = (info: TensorInfo): TensorInfo => {
      if (info.dtype === 'complex64') return info;
      const values = store.readSync(info.dataId);
      const dataId = wasm.write(
        Array.isArray(values) && info.dtype !== 'string' ? util.toTypedArray(values, info.dtype) : values,
        info.shape,
        info.dtype,
      );
      store.disposeData(info.dataId);
      return { dataId, shape: info.shape, dtype: info.dtype };
    };
    try {
      const given = Object.entries(inputs).map(
        ([name, input]) => [name, Array.isArray(input) ? input.map(lend) : input && lend(input)] as const,
      );
      const lentInputs = Array.isArray(inputs) ? given.map(([, input]) => input) : Object.fromEntries(given); // Einsum's inputs are a list
      const outputs = kernel.kernelFunc({ inputs: lentInputs as typeof inputs, attrs: attrs ?? {}, backend: store });
      return Array.isArray(outputs) ? outputs.map(takeBack) : takeBack(outputs);
    } finally {
      for (const dataId of lent) store.disposeData(dataId);
    }
  };
}
