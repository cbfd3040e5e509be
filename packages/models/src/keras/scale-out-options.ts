import { message } from '../bytes/model-file-error.ts';
import type { HandOver, Strategy } from './hand-over.ts';
import type { BatchOfData, DataLimits, DatasetOfBatches } from './training-data.ts';

/** How training goes on in Keras. */
export interface ScaleOutOptions extends DataLimits {
  /** `mirrored`: all GPUs of a machine; `multi_worker`: several machines; `tpu`. */
  readonly strategy: Strategy;
  /** What to train on: what `fit` or `fitDataset` takes, the batch first. Without it the project says where to put records. */
  readonly data?: BatchOfData | DatasetOfBatches | undefined;
  /** Examples of a step over all replicas together; 32 unless set. */
  readonly batchSize?: number | undefined;
  /** Epochs that Keras goes on for; 1 unless set. */
  readonly epochs?: number | undefined;
  /** Epochs that are over here; 0 unless set. */
  readonly epoch?: number | undefined;
  /** Seed of the order of examples and of dropout in Keras; 0 unless set. */
  readonly seed?: number | undefined;
}

/** The options that training.json holds, each with a value. */
export type ScaleOutSettings = Pick<HandOver, 'strategy' | 'batchSize' | 'epochs' | 'epoch' | 'seed'>;

const STRATEGIES: readonly Strategy[] = ['mirrored', 'multi_worker', 'tpu'];
const OPTIONS: readonly string[] = ['strategy', 'data', 'batchSize', 'epochs', 'epoch', 'seed', 'examples', 'shardBytes'];

/** Refuses options that cannot be meant. */
export function checkedOptions(options: ScaleOutOptions): ScaleOutSettings {
  const unknown = Object.keys(options ?? {}).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined)
    throw new RangeError(message(`options of scaleOut() are ${OPTIONS.join(', ')}`, `'${unknown}'`, 'Correct its name.'));
  const { strategy, batchSize = 32, epochs = 1, epoch = 0, seed = 0, examples = 1, shardBytes = 1 } = options ?? {};
  if (!STRATEGIES.includes(strategy)) {
    throw new RangeError(
      message(
        `strategy must be one of ${STRATEGIES.join(', ')}`,
        `'${String(strategy)}'`,
        "Pass { strategy: 'mirrored' } for one machine.",
      ),
    );
  }
  for (const [name, value, least] of [
    ['batchSize', batchSize, 1],
    ['epochs', epochs, 1],
    ['epoch', epoch, 0],
    ['seed', seed, 0],
    ['examples', examples, 1],
    ['shardBytes', shardBytes, 1],
  ] as const) {
    if (!(Number.isSafeInteger(value) && value >= least)) {
      throw new RangeError(message(`${name} must be a whole number from ${least}`, String(value), 'Leave it out for the default.'));
    }
  }
  if (seed >= 2 ** 32) throw new RangeError(message('seed must be below 2^32, as numpy wants it', seed, 'Take a smaller one.'));
  return { strategy, batchSize, epochs, epoch, seed };
}
