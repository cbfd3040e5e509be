import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernelsForBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { PrecisionPlugin } from '@halftone/autocast';
import { beginKernel, endKernel } from '@halftone/autocast';
import type { HalfBackend } from '../backend.ts';
import { rememberReducedShape } from '../gradients/reductions.ts';
import { bitTestKernels } from './non-finite.ts';

/**
 * Registers every kernel of stock WebGPU under our backend's name, each one telling the backend which decision is in
 * force while it runs.
 *
 * @returns a function that takes them out again
 */
export function registerKernels(plugin: PrecisionPlugin): () => void {
  const { backendName } = plugin;
  const own = new Map(bitTestKernels.map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]));
  const names: string[] = [];
  for (const kernel of getKernelsForBackend('webgpu')) {
    const kernelFunc = own.get(kernel.kernelName) ?? kernel.kernelFunc;
    registerKernel({ ...kernel, backendName, kernelFunc: decided(plugin, kernel.kernelName, kernelFunc) });
    names.push(kernel.kernelName);
  }
  return () => {
    for (const name of names) unregisterKernel(name, backendName);
  };
}

function decided(plugin: PrecisionPlugin, kernelName: string, run: KernelConfig['kernelFunc']): KernelConfig['kernelFunc'] {
  return (params) => {
    const backend = params.backend as HalfBackend;
    const outer = backend.decision;
    const decision = beginKernel(plugin, kernelName, params.inputs);
    backend.decision = decision;
    rememberReducedShape(kernelName, params.attrs, params.inputs['x']?.shape);
    let outputs: TensorInfo | TensorInfo[] = [];
    try {
      outputs = run(params);
      return outputs;
    } finally {
      backend.decision = outer;
      endKernel(decision, outputs);
    }
  };
}
