import type { Tensor } from '@tensorflow/tfjs-core';
import { narrowed } from '../weights/narrow-weight.ts';
import type { OpenModel, OpenOptions } from './open-model.ts';
import { checkStorage, placeWeight, type WeightStorage } from '../weights/place-weight.ts';
import { checkAllowance, type RangeAllowance } from '../weights/range-report.ts';
import { readWeight } from './read-weight.ts';
import { sizeOfSpec, type WeightSpec } from './weight-spec.ts';

/** Options of {@link loadHalfLayersModel} and {@link loadHalfGraphModel}. */
export interface LoadHalfOptions extends OpenOptions {
  /**
   * `'as stored'` unless set: halves stay halves where the current backend stores them, else they become float32. `'float16'` and
   * `'bfloat16'` also narrow float32 weights, `'float32'` widens all: for a model that will be trained. Weights of fewer than 256
   * elements are float32 always.
   */
  readonly storage?: WeightStorage | undefined;
  /** What may be lost where weights are narrowed; nothing unless set. */
  readonly allow?: RangeAllowance | undefined;
}

/** One weight on the device. The receiver owns the tensor. */
export interface PlacedWeight {
  readonly spec: WeightSpec;
  readonly tensor: Tensor;
}

/** Reads the weights of an open model one after the other and places each. Options are checked at once, weights as they are asked for. */
export function weightsOf(
  { groups, limits }: OpenModel,
  { storage = 'as stored', allow: given }: LoadHalfOptions,
): AsyncGenerator<PlacedWeight, void, undefined> {
  const allow = checkAllowance(given);
  checkStorage(storage);
  return (async function* () {
    for (const { specs, open } of groups) {
      const reader = open();
      try {
        for (const spec of specs) {
          const data = await readWeight(reader, spec, limits);
          const wanted = spec.group === 'optimizer' ? 'float32' : storage;
          const fitted = narrowed(spec.name, data, { size: sizeOfSpec(spec), storage: wanted, allow });
          yield { spec, tensor: placeWeight(fitted, spec.shape, wanted) };
        }
        await reader.end('the weights of the manifest');
      } finally {
        await reader.cancel();
      }
    }
  })();
}
