import type { FileLimits } from '../bytes/limits.ts';
import { ModelFileError, show } from '../bytes/model-file-error.ts';

/** One entry of a tfjs weights manifest that was checked. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  /** `'optimizer'` for the slots of an optimizer. */
  readonly group?: string | undefined;
  readonly quantization?: Quantization | undefined;
}

/** How a float32 or int32 weight is written narrower. `bfloat16` is ours alone: plain tfjs refuses it by name. */
export type Quantization = { readonly dtype: 'float16' | 'bfloat16'; readonly original_dtype?: string } | AffineQuantization;

/** value = code × scale + min */
export interface AffineQuantization {
  readonly dtype: 'uint8' | 'uint16';
  readonly scale: number;
  readonly min: number;
  readonly original_dtype?: string;
}

const DTYPE_BYTES = { float32: 4, int32: 4, bool: 1, string: 4, complex64: 8 } as const satisfies Record<WeightSpec['dtype'], number>;
const QUANTIZED_BYTES = { float16: 2, bfloat16: 2, uint8: 1, uint16: 2 } as const satisfies Record<Quantization['dtype'], number>;

/** Elements of a checked spec. */
export function sizeOfSpec({ shape }: WeightSpec): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Bytes of a checked spec in its file; of text at least so many, four for each length. */
export function bytesOfSpec(spec: WeightSpec): number {
  return sizeOfSpec(spec) * (spec.quantization === undefined ? DTYPE_BYTES[spec.dtype] : QUANTIZED_BYTES[spec.quantization.dtype]);
}

/** Checks the weights of a manifest as read from a file: nothing of it is believed before. */
export function checkSpecs(weights: unknown, limits: FileLimits): readonly WeightSpec[] {
  if (!Array.isArray(weights)) throw new ModelFileError('the weights of a manifest must be a list', show(weights), 'The file is corrupt.');
  if (weights.length > limits.tensors) {
    throw new ModelFileError(`a file may name ${limits.tensors} tensors`, weights.length, 'Raise limits.tensors if the file is yours.');
  }
  const specs = weights.map((weight) => checkSpec(weight, limits));
  const seen = new Set<string>();
  for (const { name } of specs) {
    if (seen.has(name)) throw new ModelFileError('each weight must have a name of its own', `${show(name)} twice`, 'The file is corrupt.');
    seen.add(name);
  }
  const total = specs.reduce((sum, spec) => sum + bytesOfSpec(spec), 0);
  if (total > limits.totalBytes) {
    throw new ModelFileError(
      `a file may have ${limits.totalBytes} bytes of tensors`,
      total,
      'Raise limits.totalBytes if the file is yours.',
    );
  }
  return specs;
}

function checkSpec(weight: unknown, limits: FileLimits): WeightSpec {
  const { name, shape, dtype, group, quantization } = (Object(weight) === weight ? weight : {}) as Record<string, unknown>;
  const wrong = (what: string, got: unknown): ModelFileError =>
    new ModelFileError(`${what} of weight ${show(name)}`, show(got), 'The file is corrupt, or of a newer kind.');
  if (typeof name !== 'string') throw new ModelFileError('each weight must have a name', show(name), 'The file is corrupt.');
  if (name === '__proto__')
    throw new ModelFileError('a weight may not have the name of the prototype', show(name), 'The file is hostile: do not use it.');
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype))
    throw wrong(`one of ${Object.keys(DTYPE_BYTES).join(', ')} must be the dtype`, dtype);
  if (!Array.isArray(shape) || shape.length > limits.rank || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw wrong(`at most ${limits.rank} whole numbers must be the shape`, shape);
  }
  if (group !== undefined && typeof group !== 'string') throw wrong('text must be the group', group);
  const spec = {
    name,
    shape: shape as number[],
    dtype: dtype as WeightSpec['dtype'],
    group,
    quantization: checkQuantization(quantization, dtype, wrong),
  };
  const wide = sizeOfSpec(spec) * DTYPE_BYTES[spec.dtype];
  if (!Number.isSafeInteger(wide) || !shape.every((length) => length <= limits.tensorBytes) || wide > limits.tensorBytes) {
    throw new ModelFileError(
      `weight ${show(name)} may have ${limits.tensorBytes} bytes`,
      show(shape),
      'Raise limits.tensorBytes if the machine can hold it.',
    );
  }
  return spec;
}

function checkQuantization(given: unknown, dtype: string, wrong: (what: string, got: unknown) => ModelFileError): Quantization | undefined {
  if (given === undefined || given === null) return undefined;
  const { dtype: narrow, scale, min } = Object(given) as Record<string, unknown>;
  if (typeof narrow !== 'string' || !Object.hasOwn(QUANTIZED_BYTES, narrow))
    throw wrong(`one of ${Object.keys(QUANTIZED_BYTES).join(', ')} must be the quantization`, narrow);
  if (narrow === 'float16' || narrow === 'bfloat16') {
    if (dtype !== 'float32') throw wrong(`float32 must be what ${narrow} was made from, the dtype`, dtype);
    return given as Quantization;
  }
  if (!Number.isFinite(scale) || !Number.isFinite(min)) throw wrong('finite numbers must be the scale and min', { scale, min });
  if (dtype !== 'float32' && dtype !== 'int32') throw wrong(`float32 or int32 must be what ${narrow} was made from, the dtype`, dtype);
  return given as Quantization;
}
