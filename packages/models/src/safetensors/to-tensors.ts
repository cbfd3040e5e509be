import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { dispose, util } from '@tensorflow/tfjs-core';
import { message, show } from '../bytes/model-file-error.ts';
import { narrowed } from '../weights/narrow-weight.ts';
import { checkStorage, placeWeight, type WeightStorage } from '../weights/place-weight.ts';
import { checkAllowance, type RangeAllowance } from '../weights/range-report.ts';
import type { SafetensorsReader } from './read-safetensors.ts';
import type { SafetensorsFile, SafetensorsTensor } from './tensor.ts';
import { byName, weightData } from './weight-data.ts';

/** Options of {@link toTensors}. */
export interface ToTensorsOptions {
  /**
   * `'as stored'` unless set: halves stay halves where the current backend stores them, else they become float32. float8 becomes
   * float32. Tensors of fewer than 256 elements are float32 always.
   */
  readonly storage?: WeightStorage | undefined;
  /** Names in the file to names of the result; what is not named is left out. All, under their own names, unless set. */
  readonly names?: Readonly<Record<string, string>> | undefined;
  /** What may be lost where numbers are narrowed; nothing unless set. */
  readonly allow?: RangeAllowance | undefined;
}

/**
 * Makes tfjs tensors of a safetensors file, halves straight into half storage.
 *
 * Waits for the file, not for the device. One tensor at a time is in float32 on the way; from an open Blob or stream
 * ({@link openSafetensors}) one tensor at a time is in memory at all. 64-bit and unsigned integers must fit int32.
 *
 * @param file - what {@link readSafetensors} or {@link openSafetensors} gave
 * @param options - `storage` `'as stored'`, `names` all, `allow` nothing
 * @returns tensors by name, on an object without a prototype; the caller owns them. None is left behind by an error
 * @throws HalfRangeError if a value does not fit the half storage that was asked for; RangeError if a name is not in the file;
 * ModelFileError if a number does not fit tfjs's types; Error if the backend lacks the storage
 *
 * @example
 * const bytes = writeSafetensors([{ name: 'w', dtype: 'F16', shape: [2], bits: new Uint16Array([0x3c00, 0x4000]) }]);
 * const { kernel } = await toTensors(await readSafetensors(bytes), { names: { w: 'kernel' } });
 * kernel.dataSync(); // Float32Array [1, 2]
 */
export async function toTensors(file: SafetensorsFile | SafetensorsReader, options: ToTensorsOptions = {}): Promise<NamedTensorMap> {
  const { storage = 'as stored', names } = options;
  const allow = checkAllowance(options.allow);
  checkStorage(storage);
  const targets = targetsOf(byName('infos' in file ? file.infos : file.tensors), names);
  const result = Object.create(null) as NamedTensorMap;
  try {
    for await (const tensor of 'infos' in file ? file.tensors() : file.tensors) {
      const target = targets === null ? tensor.name : targets.get(tensor.name);
      if (target !== undefined) result[target] = place(tensor, storage, allow);
    }
    return result;
  } catch (error) {
    dispose(Object.values(result));
    throw error;
  }
}

function place(tensor: SafetensorsTensor, storage: WeightStorage, allow: RangeAllowance): Tensor {
  const size = util.sizeFromShape([...tensor.shape]);
  return placeWeight(narrowed(tensor.name, weightData(tensor), { size, storage, allow }), tensor.shape, storage);
}

function targetsOf(
  present: ReadonlyMap<string, unknown>,
  names: Readonly<Record<string, string>> | undefined,
): ReadonlyMap<string, string> | null {
  if (names === undefined) return null;
  const targets = new Map(Object.entries(names));
  for (const name of targets.keys()) {
    if (!present.has(name))
      throw new RangeError(message('names may only name tensors of the file', show(name), 'See infos or tensors for what is there.'));
  }
  if (new Set(targets.values()).size < targets.size)
    throw new RangeError(message('names must give each tensor a name of its own', 'one twice', 'Rename one.'));
  return targets;
}
