import type { Format } from '@halftone/float16';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { message, show } from '../bytes/model-file-error.ts';
import { checkAllowance, fits, HalfRangeError, narrow, type RangeAllowance, rangeOf, type TensorRange } from '../weights/range-report.ts';
import { type CodedDType, dtypes } from './dtype.ts';
import type { SafetensorsTensor } from './tensor.ts';

/** Options of {@link fromTensors} and {@link getWeights}. */
export interface FromTensorsOptions {
  /** How float tensors are written, `'F32'` unless set. Integers and bools are written as they are. */
  readonly dtype?: 'F32' | CodedDType | undefined;
  /** What may be lost where numbers are narrowed; nothing unless set. */
  readonly allow?: RangeAllowance | undefined;
}

/**
 * Reads tfjs tensors as plain data for a safetensors file.
 *
 * Waits for the device, once for each tensor. Allocates the data; the tensors stay the caller's.
 *
 * @param tensors - float32 (of any storage), int32 and bool tensors by name
 * @param options - `dtype` `'F32'`, `allow` nothing
 * @returns what `writeSafetensors` takes, in the order given
 * @throws HalfRangeError with all tensors that do not fit the dtype; RangeError for an unknown dtype; TypeError for complex and text
 *
 * @example
 * const [w] = await fromTensors({ w: tf.tensor([1, 2]) }, { dtype: 'F16' });
 * w.bits; // Uint16Array [0x3c00, 0x4000]
 */
export async function fromTensors(tensors: NamedTensorMap, options: FromTensorsOptions = {}): Promise<SafetensorsTensor[]> {
  return readTensors(Object.entries(tensors), options);
}

/** The same for tensors in a list, of which two may have one name; every one that does not fit is named. */
export async function readTensors(
  tensors: Iterable<readonly [name: string, tensor: Tensor]>,
  options: FromTensorsOptions,
): Promise<SafetensorsTensor[]> {
  const allow = checkAllowance(options.allow);
  const format = formatOf(options.dtype);
  const result: SafetensorsTensor[] = [];
  const misfits: TensorRange[] = [];
  for (const [name, tensor] of tensors) {
    const values = await valuesOf(name, tensor);
    if (format === null || tensor.dtype !== 'float32') {
      result.push({ name, dtype: PLAIN[tensor.dtype as 'float32'], shape: tensor.shape, values: values as Float32Array<ArrayBuffer> });
      continue;
    }
    const range = rangeOf(values, format);
    if (!fits(range, allow)) misfits.push({ name, range });
    const bits = narrow(values as Float32Array, format, allow);
    result.push({ name, dtype: options.dtype as 'F16', shape: tensor.shape, bits: bits as Uint16Array<ArrayBuffer> });
  }
  if (misfits.length > 0) throw new HalfRangeError(format as Format, misfits);
  return result;
}

const PLAIN = { float32: 'F32', int32: 'I32', bool: 'BOOL' } as const satisfies Record<string, SafetensorsTensor['dtype']>;
const FLOATS: readonly string[] = ['F32', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2'];

function formatOf(dtype: FromTensorsOptions['dtype'] = 'F32'): Format | null {
  if (!FLOATS.includes(dtype))
    throw new RangeError(message(`dtype must be one of ${FLOATS.join(', ')}`, dtype, 'Leave it out for float32.'));
  return dtypes[dtype].format ?? null;
}

async function valuesOf(name: string, tensor: Tensor): Promise<Float32Array | Int32Array | Uint8Array> {
  if (!Object.hasOwn(PLAIN, tensor.dtype)) {
    throw new TypeError(message(`${show(name)} must be float32, int32 or bool`, tensor.dtype, 'Write its parts as tensors of their own.'));
  }
  return (await tensor.data()).slice() as Float32Array;
}
