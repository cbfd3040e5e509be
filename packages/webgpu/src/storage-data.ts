import type { BackendValues, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { HalfPrecision } from '@halftone/policy';

/** What tfjs's WebGPU backend keeps for a data handle, plus ours: how a float buffer is really stored, and its place in the graph. */
export interface HalfTensorData {
  values: BackendValues | null;
  dtype: DataType;
  shape: number[];
  refCount: number;
  resource?: GPUBuffer | GPUTexture | GPUExternalTexture | null | undefined;
  external?: boolean;
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  /** Set while the buffer holds (or will hold) 16-bit numbers; absent for float32. */
  storage?: HalfPrecision | undefined;
  /** Where this data stands in the graph that is being recorded; void once that graph has run. */
  place?: GraphPlace | undefined;
  /** No tensor refers to it any more; its buffer lives until the graph that reads it has run. */
  disposed?: boolean;
  /** Why its numbers will never exist: the graph that should have made them failed. */
  failure?: Error;
}

/** The slot of a piece of data in one recorded graph. */
export interface GraphPlace {
  readonly epoch: number;
  readonly slot: number;
  /** Made by a node of that graph, so there is no buffer yet. */
  readonly pending: boolean;
}

/** Bytes of a half buffer of `size` numbers: two to a u32, so always a multiple of four. */
export function halfBytes(size: number): number {
  return Math.ceil(size / 2) * 4;
}
