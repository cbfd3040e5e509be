import { cast, oneHot, tensor, tensor1d, tidy, variable, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';

/** Numbers on the host with their shape: what weights are before any library has them. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** An array of one value. */
export function filled(shape: readonly number[], value: number): HostArray {
  return { shape, data: new Float32Array(sizeOf(shape)).fill(value) };
}

/** Uploads an array; the caller owns the tensor. */
export function toTensor({ shape, data }: HostArray): Tensor {
  return tensor(data, [...shape], 'float32');
}

/** Waits for a number and frees its tensor. */
export async function numberOf(value: Scalar): Promise<number> {
  const [result] = await value.data();
  value.dispose();
  return result ?? Number.NaN;
}

/** Makes one trainable variable of each array; the caller owns them. Names need not be unique in the process. */
export function toVariables<Name extends string>(arrays: Readonly<Record<Name, HostArray>>): Record<Name, Variable> {
  const made = Object.entries<HostArray>(arrays).map(([name, array]) => {
    const initial = toTensor(array);
    const result = variable(initial, true);
    initial.dispose();
    return [name, result];
  });
  return Object.fromEntries(made) as Record<Name, Variable>;
}

/** Rows of a one-hot matrix as float32; the caller owns the tensor. */
export function oneHotRows(ids: Int32Array, classes: number): Tensor {
  return tidy(() => cast(oneHot(tensor1d(ids, 'int32'), classes), 'float32'));
}
