import type { Format16 } from '@halftone/float16';
import { decode } from '@halftone/float16';
import type { Storage } from '@halftone/autocast';
import { pluginFor, TINY_SIZE, toStorage } from '@halftone/autocast';
import type { Tensor } from '@tensorflow/tfjs-core';
import { complex, engine, getBackend, tensor, tidy, util } from '@tensorflow/tfjs-core';
import { message } from '../bytes/model-file-error.ts';

/** How weights are to lie in memory: in one storage, or in the one that the file has for each. */
export type WeightStorage = Storage | 'as stored';

/** The numbers of one weight out of any kind of file, in arrays that nobody else holds. */
export type WeightData =
  | { readonly kind: 'half'; readonly format: Format16; readonly bits: Uint16Array }
  | { readonly kind: 'float32'; readonly values: Float32Array }
  | { readonly kind: 'int32'; readonly values: Int32Array }
  | { readonly kind: 'bool'; readonly values: Uint8Array }
  | { readonly kind: 'complex64'; readonly values: Float32Array }
  | { readonly kind: 'string'; readonly values: readonly Uint8Array[] };

/** Whether the current backend stores this format. */
export function canStore(format: Format16): boolean {
  return pluginFor(getBackend())?.formats.includes(format) === true;
}

/** Refuses a storage that the current backend lacks before any weight is read. */
export function checkStorage(storage: WeightStorage): void {
  if (!['as stored', 'float32', 'float16', 'bfloat16'].includes(storage)) {
    throw new RangeError(
      message("storage must be 'as stored', 'float32', 'float16' or 'bfloat16'", storage, 'Leave it out for the default.'),
    );
  }
  if (storage === 'as stored' || storage === 'float32' || canStore(storage)) return;
  throw new Error(
    message(
      `storage '${storage}' needs a backend that stores it`,
      getBackend(),
      "Call await useWebGPU() of @halftone/webgpu first, or pass storage: 'as stored'.",
    ),
  );
}

/** The storage that a float weight of this size ends in. Tiny ones stay float32: they cost nothing and stay weak. */
export function storageFor(data: WeightData, size: number, wanted: WeightStorage): Storage {
  if (size < TINY_SIZE || (data.kind !== 'half' && data.kind !== 'float32')) return 'float32';
  if (wanted !== 'as stored') return wanted;
  return data.kind === 'half' && canStore(data.format) ? data.format : 'float32';
}

/** Makes the tensor of a weight. Codes go up as they are; where they must be converted, at most this one weight is in float32 on the way. The caller owns it. */
export function placeWeight(data: WeightData, shape: readonly number[], wanted: WeightStorage): Tensor {
  const sizes = [...shape];
  if (data.kind === 'string') return tensor(data.values as Uint8Array[], sizes, 'string');
  if (data.kind === 'complex64')
    return tidy(() => complex(tensor(everySecond(data.values, 0), sizes), tensor(everySecond(data.values, 1), sizes)));
  if (data.kind === 'int32' || data.kind === 'bool') return tensor(data.values, sizes, data.kind);
  const storage = storageFor(data, util.sizeFromShape(sizes), wanted);
  const plugin = pluginFor(getBackend());
  if (data.kind === 'half' && data.format === storage && plugin?.fromBits !== undefined) {
    return engine().makeTensorFromTensorInfo(plugin.fromBits(data.bits, sizes, storage));
  }
  const values = data.kind === 'half' ? decode(data.bits, data.format) : data.values;
  return storage === 'float32' ? tensor(values, sizes, 'float32') : tidy(() => toStorage(tensor(values, sizes, 'float32'), storage));
}

const everySecond = (values: Float32Array, first: 0 | 1): Float32Array => values.filter((_, index) => index % 2 === first);
