import type { FileLimits } from '../bytes/limits.ts';
import { ModelFileError, show } from '../bytes/model-file-error.ts';
import { type ArrayOf, type CodedDType, dtypes, type SafetensorsDType } from './dtype.ts';

/** What a file says about one tensor. */
export interface SafetensorsInfo<D extends SafetensorsDType = SafetensorsDType> {
  readonly name: string;
  readonly dtype: D;
  readonly shape: readonly number[];
}

/**
 * One tensor as plain data: `bits` for the formats that JavaScript has no numbers for (decode them with
 * `@halftone/float16`), `values` for all others. A bool is 0 or 1.
 */
export type SafetensorsTensor = {
  [D in SafetensorsDType]: SafetensorsInfo<D> & (D extends CodedDType ? { readonly bits: ArrayOf<D> } : { readonly values: ArrayOf<D> });
}[SafetensorsDType];

/** A whole file. */
export interface SafetensorsFile {
  /** Free text about the file, without a prototype: every key is a key of the file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their bytes. */
  readonly tensors: readonly SafetensorsTensor[];
}

/** The numbers or bit patterns of a tensor. */
export function dataOf(tensor: SafetensorsTensor): ArrayOf<SafetensorsDType> {
  return 'bits' in tensor ? tensor.bits : tensor.values;
}

/** A tensor over bytes of a file: a view of them where they are aligned, else a copy. Little-endian machines only, as tfjs itself. */
export function tensorOver({ name, dtype, shape }: SafetensorsInfo, bytes: Uint8Array<ArrayBuffer>): SafetensorsTensor {
  const row = dtypes[dtype];
  const aligned = bytes.byteOffset % row.bytes === 0 ? bytes : bytes.slice();
  const data = new row.array(aligned.buffer, aligned.byteOffset, aligned.byteLength / row.bytes);
  if (dtype === 'BOOL' && (data as Uint8Array).some((value) => value > 1)) {
    throw new ModelFileError(`the bools of ${show(name)} must be 0 or 1`, 'another byte', 'The file is corrupt: load it again.');
  }
  return { name, dtype, shape, ...(isCoded(dtype) ? { bits: data } : { values: data }) } as SafetensorsTensor;
}

export function isCoded(dtype: SafetensorsDType): dtype is CodedDType {
  return dtypes[dtype].format !== undefined;
}

/** Elements of a shape; the error names the tensor where that is no number that a machine could hold. */
export function sizeOf(name: string, shape: readonly number[], limits: FileLimits): number {
  if (shape.length > limits.rank) {
    throw new ModelFileError(`${show(name)} may have ${limits.rank} dimensions`, shape.length, 'Raise limits.rank if the file is yours.');
  }
  let size = 1;
  for (const length of shape) {
    size *= length; // stays exact: a product beyond 2^53 is refused before the next factor
    if (!Number.isSafeInteger(size)) {
      throw new ModelFileError(
        `the shape of ${show(name)} must be one that memory can hold`,
        show(shape),
        'The file is corrupt or hostile.',
      );
    }
  }
  return size;
}
