import type { Storage } from '@halftone/autocast';

/** TensorFlow's numbers of the element types that matter here (`TF_DataType` in tensorflow/c/tf_datatype.h). */
export const dataTypes = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  float16: 19,
  resource: 20,
} as const;

/** The two that tfjs knows nothing of. */
export type HalfType = typeof dataTypes.float16 | typeof dataTypes.bfloat16;

const bytesOfType: ReadonlyMap<number, number> = new Map([
  [dataTypes.float32, 4],
  [dataTypes.int32, 4],
  [dataTypes.uint8, 1],
  [dataTypes.complex64, 8],
  [dataTypes.int64, 8],
  [dataTypes.bool, 1],
  [dataTypes.bfloat16, 2],
  [dataTypes.float16, 2],
]);

/** Bytes of a tensor inside TensorFlow; strings and resources count as 0, as their size is TensorFlow's secret. */
export function bytesOf(dataType: number, shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, bytesOfType.get(dataType) ?? 0);
}

export function isHalf(dataType: number | undefined): dataType is HalfType {
  return dataType === dataTypes.float16 || dataType === dataTypes.bfloat16;
}

/** Whether tfjs takes it for float32. */
export function isFloat(dataType: number | undefined): boolean {
  return dataType === dataTypes.float32 || isHalf(dataType);
}

/** How a handle of this type shows itself to autocast. */
export function storageOfType(dataType: number | undefined): Storage {
  if (dataType === dataTypes.float16) return 'float16';
  return dataType === dataTypes.bfloat16 ? 'bfloat16' : 'float32';
}

export function typeOfStorage(storage: Storage): number {
  return dataTypes[storage];
}
