import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { identity } from './identity.ts';
import type { OwnKernel } from './own-kernel.ts';
import { required } from './own-kernel.ts';

const kernelFunc: KernelFunc = (params) => {
  const x = required<TensorInfo>(params.inputs, 'x');
  if (x.dtype === params.attrs?.['dtype']) return identity.kernelFunc(params);
  const wasm = params.backend as BackendWasm;
  const output = wasm.makeOutput(x.shape, 'bool');
  const [from, to] = [wasm.typedArrayFromHeap(x), wasm.typedArrayFromHeap(output)];
  for (let i = 0; i < to.length; i++) to[i] = from[i] === 0 ? 0 : 1;
  return output;
};

/** A cast to the same type is a clone; a cast to bool asks whether a number is zero. */
export const cast: OwnKernel = {
  kernelName: 'Cast',
  why: 'wasm copies where the type stays the same, and cuts 0.5 down to false',
  takes: ({ inputs, attrs }) => inputs['x']?.dtype === attrs?.['dtype'] || attrs?.['dtype'] === 'bool',
  kernelFunc,
};
