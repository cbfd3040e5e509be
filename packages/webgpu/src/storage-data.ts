import type { BackendValues, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { HalfPrecision } from '@halftone/policy';

/** What tfjs's WebGPU backend keeps for a data handle, plus ours: how a float buffer is really stored. */
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
}

/** Bytes of a half buffer of `size` numbers: two to a u32, so always a multiple of four. */
export function halfBytes(size: number): number {
  return Math.ceil(size / 2) * 4;
}
