import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernelsForBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { PrecisionPlugin } from '@halftone/autocast';
import { beginKernel, endKernel } from '@halftone/autocast';
import type { HalfBackend } from '../backend.ts';
import { rememberReducedShape } from '../gradients/reductions.ts';
import { convKernels } from './conv/conv-kernels.ts';
import { deterministicKernels } from './deterministic.ts';
import { elementwiseKernels } from './elementwise/elementwise-kernels.ts';
import type { OwnKernel, StockKernel } from './elementwise/own-kernel.ts';
import { gatherKernels } from './gather/gather-kernels.ts';
import { matmulKernels } from './matmul/kernel-funcs.ts';
import { poolKernels } from './pool/pool-kernels.ts';
import { reductionKernels } from './reductions/reduction-kernels.ts';
import { rowKernels } from './rows/row-kernels.ts';
import { RoundedInputs } from './round-inputs.ts';
import { viewKernels } from './views/view-kernels.ts';
import { bitTestKernels } from './non-finite.ts';

/**
 * Registers every kernel of stock WebGPU under our backend's name, each one telling the backend which decision is in
 * force while it runs.
 *
 * @returns a function that takes them out again
 */
export function registerKernels(
  plugin: PrecisionPlugin,
  { fusion, avoided, deterministic }: { readonly fusion: boolean; readonly avoided: ReadonlySet<string>; readonly deterministic: boolean },
): () => void {
  const { backendName } = plugin;
  const stock = new Map(getKernelsForBackend('webgpu').map((kernel) => [kernel.kernelName, kernel]));
  const own = new Map(
    [...bitTestKernels, ...(fusion ? fusedKernels(stock) : [])].map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]),
  );
  for (const kernelName of avoided) own.delete(kernelName);
  if (deterministic) {
    const before = new Map(own);
    const found: StockKernel = (kernelName) => before.get(kernelName) ?? stockKernels(stock)(kernelName);
    for (const { kernelName, kernelFunc } of deterministicKernels(found, { fusion })) own.set(kernelName, kernelFunc);
  }
  const wrapping: Wrapping = { plugin, rounded: fusion ? new RoundedInputs() : null };
  const names = [...new Set([...stock.keys(), ...own.keys()])];
  for (const kernelName of names) {
    const kernel = stock.get(kernelName);
    const kernelFunc = own.get(kernelName) ?? kernel?.kernelFunc;
    if (kernelFunc !== undefined)
      registerKernel({ ...kernel, kernelName, backendName, kernelFunc: decided(wrapping, kernelName, kernelFunc) });
  }
  return () => {
    for (const name of names) unregisterKernel(name, backendName);
  };
}

/** What every kernel is wrapped with. */
interface Wrapping {
  readonly plugin: PrecisionPlugin;
  readonly rounded: RoundedInputs | null;
}

/** tfjs's own functions by kernel. */
function stockKernels(registered: ReadonlyMap<string, KernelConfig>): StockKernel {
  return (kernelName) => {
    const found = registered.get(kernelName);
    if (found === undefined)
      throw new Error(
        `[webgpu] tfjs's WebGPU backend has no kernel ${kernelName}, got a call to it. Install @tensorflow/tfjs-backend-webgpu@4.22.`,
      );
    return found.kernelFunc;
  };
}

/** Kernels that are recorded as data and fused. */
function fusedKernels(registered: ReadonlyMap<string, KernelConfig>): OwnKernel[] {
  const stock = stockKernels(registered);
  return [
    ...elementwiseKernels(stock),
    ...viewKernels(stock),
    ...reductionKernels(stock),
    ...matmulKernels(stock),
    ...convKernels(stock),
    ...poolKernels(stock),
    ...rowKernels(stock),
    ...gatherKernels(stock),
  ];
}

function decided({ plugin, rounded }: Wrapping, kernelName: string, run: KernelConfig['kernelFunc']): KernelConfig['kernelFunc'] {
  return (params) => {
    const backend = params.backend as HalfBackend;
    const outer = backend.decision;
    const decision = beginKernel(plugin, kernelName, params.inputs);
    backend.decision = decision;
    rememberReducedShape(kernelName, params.attrs, params.inputs['x']?.shape);
    let outputs: TensorInfo | TensorInfo[] = [];
    let release: (() => void) | null = null;
    try {
      const taken = rounded === null || decision.nested ? null : rounded.round(decision, params.inputs, backend);
      release = taken?.release ?? null;
      outputs = run(taken === null ? params : { ...params, inputs: taken.inputs });
      rounded?.note(decision, outputs);
      return outputs;
    } finally {
      release?.();
      backend.decision = outer;
      endKernel(decision, outputs);
    }
  };
}
