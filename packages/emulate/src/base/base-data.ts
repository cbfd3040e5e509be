import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { BaseName } from '../options.ts';

/** The numbers of float32 tensors, where the base keeps them. */
export interface BaseData {
  /** The numbers themselves, not a copy: read them at once, write nothing. */
  floats(info: TensorInfo): Float32Array;
  /** Replaces the numbers of a tensor that nobody has seen yet; `change` may write into `out`, or return an array of its own. */
  rewrite(info: TensorInfo, change: (values: Float32Array, out: Float32Array) => void): void;
}

/** Reaches into a stock backend through its public members. */
export function baseData(name: BaseName, backend: KernelBackend): BaseData {
  return name === 'wasm' ? wasmData(backend as BackendWasm) : cpuData(backend as MathBackendCPU);
}

/** wasm: a tensor owns its stretch of the heap, so a fresh one is changed in place. */
function wasmData(backend: BackendWasm): BaseData {
  const floats = (info: TensorInfo): Float32Array => backend.typedArrayFromHeap(info) as Float32Array;
  return {
    floats,
    rewrite: (info, change) => {
      const view = floats(info);
      change(view, view);
    },
  };
}

/** cpu: a fresh handle may share its array with its input (a contiguous slice does), so it gets a new one. */
function cpuData(backend: MathBackendCPU): BaseData {
  const floats = (info: TensorInfo): Float32Array => {
    const { values } = backend.data.get(info.dataId) as { values?: unknown };
    return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
  };
  return {
    floats,
    rewrite: (info, change) => {
      const values = floats(info);
      const out = new Float32Array(values.length);
      change(values, out);
      backend.data.get(info.dataId).values = out;
    },
  };
}

const MEMBERS: Readonly<Record<BaseName, readonly string[]>> = {
  wasm: ['typedArrayFromHeap', 'makeOutput', 'wasm'],
  cpu: ['data', 'makeTensorInfo'],
};

/** Members of tfjs's backend that we use and this version lacks. */
export function missingMembers(name: BaseName, backend: KernelBackend): readonly string[] {
  return MEMBERS[name].filter((member) => !(member in backend));
}
