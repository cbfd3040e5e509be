import { storageOf } from '@halftone/autocast';
import type { HalfPrecision } from '@halftone/policy';
import { SMALL } from './constants.ts';
import { constantsOf } from './place-constants.ts';
import type { GraphRecord } from './record.ts';
import { settle } from './settle.ts';

/** Where the constants of a graph lie. */
export interface ConstantsReport {
  readonly half: readonly { readonly weight: string; readonly format: HalfPrecision }[];
  readonly kept: readonly { readonly weight: string; readonly why: string }[];
}

/** Waits until the weights of a wrapped graph are where they belong, and tells where that is; small ones that fit are not told of. */
export async function storeConstants(record: GraphRecord): Promise<ConstantsReport> {
  settle(record);
  await record.settling;
  return constantsReport(record);
}

/** What is in half and what does not fit, by name. */
export function constantsReport({ model, weights }: GraphRecord): ConstantsReport {
  const constants = constantsOf(model).map(({ name, tensor }) => ({ weight: name, size: tensor.size, storage: storageOf(tensor) }));
  return {
    half: constants.flatMap(({ weight, storage }) => (storage === 'float32' ? [] : [{ weight, format: storage }])),
    kept: constants.flatMap(({ weight, storage }) => {
      const why = weights.get(weight)?.why ?? 'the current backend has no such storage';
      return storage !== 'float32' || why === SMALL ? [] : [{ weight, why }];
    }),
  };
}
