import type { DataId } from '@tensorflow/tfjs-core';

/** What TensorFlow tells of a handle. */
export interface HandleFacts {
  readonly id: number;
  readonly shape: readonly number[];
  /** TensorFlow's number of the element type. */
  readonly dtype: number;
}

/** The functions of tfjs-node's native binding that the meter wraps; the rest of it passes through. */
export interface MeteredBinding {
  createTensor(shape: number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): { readonly byteLength?: number };
  executeOp(name: string, attributes: unknown[], inputs: number[], outputs: number): HandleFacts[];
  runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): HandleFacts[];
  getNumOfTensors(): number;
}

/** tfjs-node's backend by the members that the meter uses. `values` of a tensor wait on the host until an op first needs them. */
export interface MeteredBackend {
  binding: MeteredBinding;
  readonly tensorMap: { get(dataId: DataId): { readonly id: number; readonly dtype: number; readonly values: unknown } };
}

/** Element types of floating point by TensorFlow's numbers (`TF_DataType` in tensorflow/c/tf_datatype.h). */
export const floatTypes = { 1: 'float32', 14: 'bfloat16', 19: 'float16' } as const;

/** Bytes of an element. Strings and resources have none that is known. */
const BYTES: Readonly<Record<number, number>> = { 1: 4, 3: 4, 4: 1, 8: 8, 9: 8, 10: 1, 14: 2, 19: 2 };

/** Bytes of a tensor inside TensorFlow. Pure. */
export function tensorBytes({ shape, dtype }: Pick<HandleFacts, 'shape' | 'dtype'>): number {
  return shape.reduce((size, length) => size * length, BYTES[dtype] ?? 0);
}

/** Whether a type is of floating point and 16 bits wide. Pure. */
export function isHalfType(dtype: number): boolean {
  return dtype === 14 || dtype === 19;
}
