import { decode } from '@halftone/float16';
import { message, ModelFileError, show } from '../bytes/model-file-error.ts';
import type { WeightData } from '../weights/place-weight.ts';
import { dtypes } from './dtype.ts';
import { dataOf, type SafetensorsTensor } from './tensor.ts';

/** What becomes of a tensor of a file in tfjs, which knows float32, int32 and bool: values that would change are an error. */
export function weightData(tensor: SafetensorsTensor): WeightData {
  const { name, dtype } = tensor;
  switch (dtype) {
    case 'F16':
    case 'BF16':
      return { kind: 'half', format: dtype === 'F16' ? 'float16' : 'bfloat16', bits: tensor.bits };
    case 'F8_E4M3':
    case 'F8_E5M2':
      return { kind: 'float32', values: decode(tensor.bits, dtypes[dtype].format as 'float8_e5m2') };
    case 'F32':
      return { kind: 'float32', values: tensor.values.slice() };
    case 'F64':
      return { kind: 'float32', values: fromFloat64(name, tensor.values) };
    case 'BOOL':
      return { kind: 'bool', values: tensor.values.slice() };
    case 'I32':
      return { kind: 'int32', values: tensor.values.slice() };
    default:
      return { kind: 'int32', values: asInt32(name, dataOf(tensor)) };
  }
}

function fromFloat64(name: string, values: Float64Array): Float32Array {
  const rounded = Float32Array.from(values);
  const lost = rounded.findIndex((value, i) => Math.abs(value) === Infinity && Math.abs(values[i] as number) < Infinity);
  if (lost >= 0)
    throw new ModelFileError(`the numbers of ${show(name)} must fit float32`, values[lost], 'Scale it where the file is made.');
  return rounded;
}

function asInt32(name: string, values: ArrayLike<number | bigint>): Int32Array {
  return Int32Array.from(values as ArrayLike<number>, (value) => {
    if (value >= -(2 ** 31) && value < 2 ** 31) return Number(value);
    throw new ModelFileError(
      `the integers of ${show(name)} must fit int32, the only integers of tfjs`,
      value,
      'Leave that tensor out of the names.',
    );
  });
}

/** Refuses two tensors of one name, and gives what is asked for by name. */
export function byName<T extends { readonly name: string }>(tensors: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  if (map.size < tensors.length) throw new RangeError(message('each tensor needs a name of its own', 'one twice', 'Rename one.'));
  return map;
}
