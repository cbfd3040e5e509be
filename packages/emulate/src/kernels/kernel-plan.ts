import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { Base } from '../base/open-base.ts';
import { cast } from './cast.ts';
import { conv2DBackpropFilter } from './conv-2d-backprop-filter.ts';
import { conv2DBackpropInput } from './conv-2d-backprop-input.ts';
import { depthwiseBackpropFilter } from './depthwise-backprop-filter.ts';
import { depthwiseBackpropInput } from './depthwise-backprop-input.ts';
import { fusedMatMul } from './fused-mat-mul.ts';
import { identity } from './identity.ts';
import { maxPoolGrad } from './max-pool-grad.ts';
import type { CpuHelper } from './on-cpu.ts';
import { onCpu } from './on-cpu.ts';
import type { OwnKernel, StockKernels } from './own-kernel.ts';
import { tile } from './tile.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

/** Which code runs for each kernel. */
export interface KernelPlan {
  readonly kernels: readonly KernelConfig[];
  readonly own: Readonly<Record<string, string>>;
  readonly cpu: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
}

/** Kernels that tfjs's wasm has and whose numbers differ from those of its cpu and GPU backends by more than rounding. */
const WRONG_ON_WASM: Readonly<Record<string, string>> = {
  Conv3DBackpropFilterV2: 'wasm skips taps where a stride is above 1',
  Conv3DBackpropInputV2: 'wasm skips taps where a stride is above 1',
  Dilation2DBackpropFilter: 'wasm gives gradients to the wrong taps',
  Dilation2DBackpropInput: 'wasm gives gradients to the wrong pixels',
  MaxPool3DGrad: 'wasm drops the gradient of windows without a positive number',
};

const LACKING = 'wasm has none';

/** Puts together what runs on wasm: stock kernels, ours where there is none or a wrong one, the cpu backend's for the rest. */
export function planForWasm(base: Base, helper: CpuHelper | null): KernelPlan {
  const stock: StockKernels = new Map(base.kernels.map((kernel) => [kernel.kernelName, kernel]));
  const own = new Map(ownKernels(stock).map((kernel) => [kernel.kernelName, kernel]));
  const cpu: Record<string, string> = {};
  const missing: string[] = [];
  const kernels: KernelConfig[] = [];
  for (const kernelName of new Set([...stock.keys(), ...own.keys(), ...(helper?.kernels.keys() ?? CPU_ONLY)])) {
    const mine = own.get(kernelName);
    const fallback = helper?.kernels.has(kernelName) === true ? onCpu(helper, kernelName) : undefined;
    const theirs = kernelName in WRONG_ON_WASM ? undefined : stock.get(kernelName);
    const usual = theirs?.kernelFunc ?? fallback;
    if (mine === undefined && usual === undefined) {
      missing.push(kernelName); // better none than wrong numbers
      continue;
    }
    if (mine === undefined && theirs === undefined) cpu[kernelName] = WRONG_ON_WASM[kernelName] ?? LACKING;
    const kernelFunc = choose(kernelName, { mine, usual, forComplex: fallback });
    kernels.push({ ...stock.get(kernelName), kernelName, backendName: base.name, kernelFunc });
  }
  return { kernels, own: Object.fromEntries([...own.values()].map(({ kernelName, why }) => [kernelName, why])), cpu, missing };
}

function ownKernels(stock: StockKernels): readonly OwnKernel[] {
  const gradients = [
    conv2DBackpropFilter(stock),
    conv2DBackpropInput,
    depthwiseBackpropFilter,
    depthwiseBackpropInput,
    maxPoolGrad,
    unsortedSegmentSum,
  ];
  return [...gradients, cast, fusedMatMul(stock), identity, tile];
}

/** What only the cpu backend brings. */
const CPU_ONLY: readonly string[] = [
  'Complex',
  'ComplexAbs',
  'Draw',
  'Einsum',
  'FFT',
  'IFFT',
  'Imag',
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'Real',
  'StaticRegexReplace',
];

interface Candidates {
  readonly mine: OwnKernel | undefined;
  readonly usual: KernelFunc | undefined;
  readonly forComplex: KernelFunc | undefined;
}

function choose(kernelName: string, { mine, usual, forComplex }: Candidates): KernelFunc {
  return (params) => {
    const run =
      forComplex !== undefined && meetsComplex(params)
        ? forComplex
        : mine !== undefined && mine.takes?.(params) !== false
          ? mine.kernelFunc
          : usual;
    if (run === undefined) {
      throw new Error(
        `[emulate] ${kernelName} cannot take these inputs on wasm alone, got ${shapesOf(params)}. Install @tensorflow/tfjs-backend-cpu@4.22: it has the rest.`,
      );
    }
    return run(params);
  };
}

function meetsComplex({ inputs, attrs }: Parameters<KernelFunc>[0]): boolean {
  for (const name in inputs) {
    const input: unknown = inputs[name];
    if (
      Array.isArray(input)
        ? input.some((one: TensorInfo) => one.dtype === 'complex64')
        : (input as TensorInfo | undefined)?.dtype === 'complex64'
    )
      return true;
  }
  return attrs?.['dtype'] === 'complex64';
}

function shapesOf({ inputs }: Parameters<KernelFunc>[0]): string {
  return Object.entries(inputs)
    .map(([name, info]) => `${name} [${info?.shape?.join(', ') ?? ''}]`)
    .join(', ');
}
