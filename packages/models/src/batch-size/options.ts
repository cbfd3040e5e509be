import type { Tensor } from '@tensorflow/tfjs-core';

/** Inputs and targets of one batch, as `trainOnBatch` takes them. */
export interface SampleBatch {
  readonly xs: Tensor | readonly Tensor[];
  readonly ys: Tensor | readonly Tensor[];
}

/** Told after each measurement. */
export interface BatchSizeProgress {
  readonly batchSize: number;
  /** Highest sum of bytes held at that size; `null` where it did not fit. */
  readonly peakBytes: number | null;
}

/** How `findBatchSize` searches. */
export interface BatchSizeOptions {
  /** Bytes of the device that training may hold, what others hold there included. Default: the `maxBytes` that the plug-in was given. */
  readonly budgetBytes?: number;
  /** Part of the budget that is left free, 0 to below 1. Default 0.1. */
  readonly headroom?: number;
  /** Largest batch that is wanted, a whole number from 1. Default 65536. */
  readonly max?: number;
  /** The proposal is a multiple of it, a whole number from 1. Default 1; many GPUs like 8. */
  readonly multipleOf?: number;
  /** Batch sizes to measure, at least two, rising. Default 1, 2, 4, 8. */
  readonly sizes?: readonly number[];
  /** Shape of one sample for each input that has free dimensions beside the batch: `[224, 224, 3]`, or a list of such. */
  readonly inputShape?: readonly number[] | readonly (readonly number[])[];
  /** Makes a batch, for models whose inputs or targets cannot be guessed; called with a size, and what it makes is disposed. Default: constant inputs, targets of zeros. */
  readonly sample?: (batchSize: number) => SampleBatch;
  readonly onProgress?: (progress: BatchSizeProgress) => void;
}

/** The options with their defaults, checked. */
export interface SearchPlan extends Required<Omit<BatchSizeOptions, 'inputShape' | 'sample' | 'budgetBytes'>> {
  readonly budgetBytes: number;
  /** What is left of the budget after the headroom. */
  readonly usableBytes: number;
}

const KNOWN = ['budgetBytes', 'headroom', 'max', 'multipleOf', 'sizes', 'inputShape', 'sample', 'onProgress'] as const;

/** Fills in defaults and refuses what cannot be meant. Pure. */
export function searchPlan(options: BatchSizeOptions, maxBytes: number | undefined): SearchPlan {
  for (const name of Object.keys(options))
    if (!KNOWN.some((known) => known === name))
      throw new TypeError(`[models] findBatchSize() has the options ${KNOWN.join(', ')}, got '${name}'. Leave it out.`);
  const { headroom = 0.1, max = 65_536, multipleOf = 1, sizes = [1, 2, 4, 8], onProgress = () => undefined } = options;
  const budgetBytes = options.budgetBytes ?? maxBytes;
  if (budgetBytes === undefined)
    throw new TypeError(
      '[models] findBatchSize() needs a budget, got none: the web does not tell how much memory a GPU has. Pass budgetBytes, or register the plug-in with maxBytes.',
    );
  if (!(budgetBytes > 0 && Number.isFinite(budgetBytes)))
    throw new RangeError(`[models] budgetBytes must be a number of bytes above 0, got ${budgetBytes}. Write 512 * 2 ** 20 for 512 MiB.`);
  if (!(headroom >= 0 && headroom < 1))
    throw new RangeError(`[models] headroom must be a part from 0 to below 1, got ${headroom}. Leave it out for 0.1.`);
  for (const [name, value] of Object.entries({ max, multipleOf }))
    if (!isSize(value)) throw new RangeError(`[models] ${name} must be a whole number from 1, got ${value}. Leave it out for the default.`);
  if (max < multipleOf) throw new RangeError(`[models] max must be at least multipleOf, got ${max} and ${multipleOf}. Raise max.`);
  if (sizes.length < 2 || !sizes.every((size, i) => isSize(size) && size > (sizes[i - 1] ?? 0)))
    throw new RangeError(
      `[models] sizes must be two or more rising whole numbers, got ${sizes.join(', ')}. Leave them out for 1, 2, 4, 8.`,
    );
  return { budgetBytes, usableBytes: Math.floor(budgetBytes * (1 - headroom)), headroom, max, multipleOf, sizes, onProgress };
}

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
