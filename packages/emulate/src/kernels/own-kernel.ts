import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';

/** A kernel on wasm's own memory that tfjs's wasm backend lacks or has wrong. */
export interface OwnKernel {
  readonly kernelName: string;
  readonly why: string;
  /** Whether it can take these inputs and attributes; what it cannot goes to the stock kernel, else to the cpu backend's. */
  readonly takes?: (params: Parameters<KernelFunc>[0]) => boolean;
  readonly kernelFunc: KernelFunc;
}

/** Stock kernels of the base by name, for kernels that are built from them. */
export type StockKernels = ReadonlyMap<string, KernelConfig>;

/** Runs a stock kernel that yields one tensor. */
export function runStock(stock: StockKernels, kernelName: string, params: Parameters<KernelFunc>[0]): TensorInfo {
  const kernel = stock.get(kernelName);
  if (kernel === undefined)
    throw new Error(
      `[emulate] tfjs's wasm backend must have the kernel ${kernelName}, got none. Install @tensorflow/tfjs-backend-wasm@4.22.`,
    );
  return kernel.kernelFunc(params) as TensorInfo;
}

/** The numbers of a tensor in wasm's heap. A view: allocating anything may invalidate it. */
export function heapOf(backend: unknown, info: TensorInfo): Float32Array {
  return (backend as BackendWasm).typedArrayFromHeap(info) as Float32Array;
}

/** Gives scratch back. */
export function free(backend: unknown, ...infos: readonly TensorInfo[]): void {
  for (const { dataId } of infos) (backend as BackendWasm).disposeData(dataId);
}

/** A new float32 tensor in wasm's heap; its numbers are not set. */
export function allocate(backend: unknown, shape: readonly number[]): TensorInfo {
  return (backend as BackendWasm).makeOutput([...shape], 'float32');
}

/** A new float32 tensor that holds `values`, rounded to float32. */
export function store(backend: unknown, shape: readonly number[], values: ArrayLike<number>): TensorInfo {
  const output = allocate(backend, shape);
  if (values.length !== util.sizeFromShape([...shape]))
    throw new RangeError(
      `[emulate] a result of shape [${shape.join(', ')}] needs as many values, got ${values.length}. This is a bug: please report it.`,
    );
  heapOf(backend, output).set(values);
  return output;
}

/** An input or attribute of a kernel, as the caller of tfjs-core gave it. */
export function required<T>(values: object | undefined, name: string): T {
  const value = (values as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (value === undefined || value === null)
    throw new TypeError(`[emulate] a kernel needs '${name}', got none. Call it through tfjs's op.`);
  return value as T;
}
