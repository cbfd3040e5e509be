import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { engine, registerKernel, unregisterKernel, util } from '@tensorflow/tfjs-core';
import type { KernelDecision, PrecisionPlugin } from '@halftone/autocast';
import { beginKernel, endKernel, outputStorage } from '@halftone/autocast';
import type { EmulatedBackend } from '../backend.ts';
import { isExact } from './exact.ts';

/**
 * Registers kernels under the plug-in's name. Each one asks for the decision, runs on the base, and rounds what it made.
 *
 * @returns a function that takes them out again
 */
export function registerKernels(plugin: PrecisionPlugin, backend: EmulatedBackend, kernels: readonly KernelConfig[]): () => void {
  const { backendName } = plugin;
  const base = backend.setup.base.backend;
  for (const { kernelName, kernelFunc, setupFunc } of kernels) {
    const own: KernelConfig = { kernelName, backendName, kernelFunc: decided({ plugin, backend, kernelName, kernelFunc }) };
    registerKernel(setupFunc === undefined ? own : { ...own, setupFunc: () => setupFunc(base) }); // no disposeFunc: the kernel's state belongs to the stock backend
  }
  return () => {
    for (const { kernelName } of kernels) unregisterKernel(kernelName, backendName);
  };
}

interface Decided {
  readonly plugin: PrecisionPlugin;
  readonly backend: EmulatedBackend;
  readonly kernelName: string;
  readonly kernelFunc: KernelFunc;
}

function decided({ plugin, backend, kernelName, kernelFunc }: Decided): KernelFunc {
  const base = backend.setup.base.backend;
  return ({ inputs, attrs }) => {
    backend.check();
    const given = tensorsIn(inputs);
    backend.bringIn(given);
    const decision = beginKernel(plugin, kernelName, inputs);
    let outputs: TensorInfo | TensorInfo[] = [];
    try {
      outputs = kernelFunc({ inputs, backend: base, ...(attrs === undefined ? {} : { attrs }) });
      takeOver(backend, Array.isArray(outputs) ? outputs : [outputs]);
      if (!decision.nested) settle(backend, decision, given, Array.isArray(outputs) ? outputs : [outputs]);
      return outputs;
    } finally {
      endKernel(decision, outputs);
    }
  };
}

/** Some of tfjs's cpu kernels (Abs) make a tensor of the base: it is ours from here on, or nobody would strike its bytes off. */
function takeOver(backend: EmulatedBackend, outputs: readonly TensorInfo[]): void {
  for (const { dataId } of outputs) {
    const known = engine().state.tensorInfo.get(dataId);
    if (known?.backend === backend.setup.base.backend) known.backend = backend;
  }
}

/** Rounds and books the results; those that show the data of an input stay as they are. */
function settle(backend: EmulatedBackend, decision: KernelDecision, given: readonly TensorInfo[], outputs: readonly TensorInfo[]): void {
  for (const output of outputs) {
    if (given.some(({ dataId }) => dataId === output.dataId)) continue;
    const storage = output.dtype === 'float32' ? outputStorage(decision, util.sizeFromShape(output.shape)) : 'float32';
    const isRounded = isExact(decision.kernelName) && decision.inputs.every(({ dataId }) => backend.storageOf(dataId) === storage);
    if (storage === 'float32' || isRounded) backend.book(output, storage);
    else backend.narrow(output, storage, decision.kernelName);
  }
}

function tensorsIn(inputs: Parameters<KernelFunc>[0]['inputs']): readonly TensorInfo[] {
  return Object.values(inputs as Readonly<Record<string, TensorInfo | readonly TensorInfo[] | undefined | null>>)
    .flat()
    .filter((info): info is TensorInfo => info !== undefined && info !== null);
}
