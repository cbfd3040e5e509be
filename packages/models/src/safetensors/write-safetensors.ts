import { joinBytes } from '../bytes/join-bytes.ts';
import { limitsOf } from '../bytes/limits.ts';
import { message, show } from '../bytes/model-file-error.ts';
import { compareDTypes, dtypeNames, dtypes, isDType } from './dtype.ts';
import { dataOf, isCoded, type SafetensorsTensor, sizeOf } from './tensor.ts';

/** Options of {@link writeSafetensors}. */
export interface WriteSafetensorsOptions {
  /** Free text; written in the order of its keys. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Lays out a safetensors file without joining it: the header, then the bytes of each tensor as views of its array.
 *
 * For files that should not exist twice in memory: `new Blob(safetensorsParts(tensors))`, or one write after the other.
 *
 * Pure and synchronous; allocates the header only.
 *
 * @param tensors - plain data as {@link readSafetensors} gives it, in any order
 * @param options - `metadata`
 * @returns the parts in order; all but the first are views of the given arrays
 * @throws TypeError if an array is of the wrong class or metadata is not text; RangeError for a name that comes twice or is
 * `__metadata__`, an unknown dtype, or a shape that its numbers do not fill
 *
 * @example
 * const parts = safetensorsParts([{ name: 'w', dtype: 'U8', shape: [3], values: new Uint8Array([1, 2, 3]) }]);
 * parts[1]; // Uint8Array [1, 2, 3]
 */
export function safetensorsParts(tensors: Iterable<SafetensorsTensor>, options: WriteSafetensorsOptions = {}): Uint8Array<ArrayBuffer>[] {
  const sorted = [...tensors].sort((a, b) => compareDTypes(a.dtype, b.dtype) || compareCodePoints(a.name, b.name));
  const fields: string[] = [];
  const metadata = Object.entries(options.metadata ?? {});
  for (const [key, value] of metadata) {
    if (typeof value !== 'string')
      throw new TypeError(message(`metadata ${show(key)} must be text`, typeof value, 'Use JSON.stringify() on it.'));
  }
  if (metadata.length > 0) {
    fields.push(`"__metadata__":{${metadata.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`);
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const seen = new Set<string>(['__metadata__']);
  let begin = 0;
  for (const tensor of sorted) {
    const data = checkedData(tensor);
    if (seen.has(tensor.name)) throw new RangeError(message('each tensor needs a name of its own', show(tensor.name), 'Rename one.'));
    seen.add(tensor.name);
    const end = begin + data.byteLength;
    fields.push(
      `${JSON.stringify(tensor.name)}:{"dtype":"${tensor.dtype}","shape":[${tensor.shape.join(',')}],"data_offsets":[${begin},${end}]}`,
    );
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    begin = end;
  }
  return [headerBytes(`{${fields.join(',')}}`), ...parts];
}

/**
 * Writes a safetensors file: what PyTorch, JAX and Hugging Face open as it is.
 *
 * Byte for byte what the reference library writes for the same tensors: wide types first, then by name, the header padded so
 * that every tensor is aligned.
 *
 * Pure and synchronous; allocates the file. {@link safetensorsParts} spares the copy.
 *
 * @param tensors - plain data, in any order
 * @param options - `metadata`
 * @returns the file, owned by the caller
 * @throws as {@link safetensorsParts}
 *
 * @example
 * writeSafetensors([]); // Uint8Array [8, 0, 0, 0, 0, 0, 0, 0, 123, 125, 32, 32, 32, 32, 32, 32]
 */
export function writeSafetensors(tensors: Iterable<SafetensorsTensor>, options: WriteSafetensorsOptions = {}): Uint8Array<ArrayBuffer> {
  return joinBytes(safetensorsParts(tensors, options));
}

function checkedData(tensor: SafetensorsTensor): ReturnType<typeof dataOf> {
  const { name, dtype, shape } = tensor;
  if (typeof name !== 'string' || LONE_SURROGATE.test(name))
    throw new TypeError(message('a name must be text that UTF-8 can hold', show(name), 'Rename the tensor.'));
  if (!isDType(dtype))
    throw new RangeError(message(`the dtype of ${show(name)} must be one of ${dtypeNames}`, show(dtype), 'See SafetensorsDType.'));
  const data = dataOf(tensor);
  const { array } = dtypes[dtype];
  if (!(data instanceof array)) {
    const field = isCoded(dtype) ? 'bits' : 'values';
    throw new TypeError(
      message(`${show(name)} of ${dtype} needs ${field} in a ${array.name}`, typeof data, 'Encode numbers with @halftone/float16.'),
    );
  }
  const whole = shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!whole || sizeOf(name, shape, limitsOf(undefined)) !== data.length) {
    throw new RangeError(
      message(`the numbers of ${show(name)} must fill its shape [${shape.join(', ')}]`, data.length, 'Check the shape.'),
    );
  }
  return data;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** The order of UTF-8 bytes, which is that of Rust and Python; JavaScript's own puts astral characters before U+E000. */
function compareCodePoints(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
  if (!isSurrogate(left) && !isSurrogate(right)) return i === a.length || i === b.length ? a.length - b.length : left - right;
  return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

function headerBytes(text: string): Uint8Array<ArrayBuffer> {
  const encoded = new TextEncoder().encode(text);
  const length = Math.ceil(encoded.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20, 8);
  bytes.set(encoded, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  return bytes;
}
