import type { KernelBackend, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { OwnKernel } from './own-kernel.ts';
import { required } from './own-kernel.ts';

const kernelFunc: KernelFunc = ({ inputs, backend }) => {
  const { dataId, shape, dtype } = required<TensorInfo>(inputs, 'x');
  (backend as KernelBackend).incRef(dataId);
  return { dataId, shape, dtype };
};

/** A clone shows the data of its original, as on every other backend of tfjs. */
export const identity: OwnKernel = {
  kernelName: 'Identity',
  why: 'wasm copies: a clone would take memory and lose its storage',
  kernelFunc,
};
