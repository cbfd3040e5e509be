import type { LossScaleState } from '@halftone/loss-scale';
import type { FileLimits } from '../bytes/limits.ts';
import { message, ModelFileError } from '../bytes/model-file-error.ts';
import { readCheckpoint } from './format/checkpoint-file.ts';
import type { Json } from './format/json.ts';
import type { CheckpointProgress } from './format/manifest.ts';
import type { CheckpointTarget } from './stores/store.ts';
import { storeOf } from './stores/store.ts';
import type { RestoredParts } from './subject/restore-plan.ts';
import { planRestore } from './subject/restore-plan.ts';
import { runParts } from './subject/run-parts.ts';
import type { CheckpointSubject } from './subject/subject.ts';
import { bagOf } from './subject/subject.ts';

/** Options of {@link restoreCheckpoint}. */
export interface RestoreCheckpointOptions {
  /** `'weights'`: those alone, into whatever optimizer and policy; `'average'`: their averages in their place. `'all'` unless set. */
  readonly only?: RestoredParts;
  /** Give `null` where nothing was saved yet, instead of an error; for the first start of a run. */
  readonly optional?: boolean;
  /** What a file may ask for; `defaultFileLimits` unless set, each alone. */
  readonly limits?: Partial<FileLimits>;
}

/** What a checkpoint says beside the run. */
export interface RestoredCheckpoint {
  /** What was given to `saveCheckpoint`, `null` for nothing. */
  readonly metadata: Json;
  /** Where a `fit` was, if `checkpointCallback` saved. */
  readonly progress: CheckpointProgress | null;
  /** Applied steps of the first optimizer; 0 without one. */
  readonly iterations: number;
  readonly lossScale: LossScaleState | null;
  readonly policy: string | null;
  /** When it was saved, as ISO 8601. */
  readonly savedAt: string;
}

/**
 * Puts a run back as `saveCheckpoint` saved it: the next step gives the same bits as if the run had never stopped.
 *
 * Make the same model with the same code first: built, compiled, in mixed precision, with `emaOf` and `seedDropout` if it had them.
 * Names may differ in the numbers that tfjs gives to layers. What the file says of learning rate, policies and loss scale is put
 * in force; other settings of the optimizer must be equal. The whole file is read and checked, and compared with the run, before
 * anything is changed: after an error the run is as it was. Needs no lock: what another tab is training can be looked at.
 *
 * Waits for the place; not for the GPU. Holds the file on the host and the new numbers beside the old ones for a moment.
 *
 * @param subject - as for {@link saveCheckpoint}
 * @param target - as for {@link saveCheckpoint}
 * @param options - `only` `'all'`, `optional` false, `limits`
 * @returns metadata and counters; `null` only with `optional`
 * @throws ModelFileError if there is no checkpoint, or it is cut short, corrupt, hostile or of a newer version; Error if it is of another run
 *
 * @example
 * const weight = tf.variable(tf.scalar(2), true, 'restored');
 * const kept = {};
 * const place = { save: async (artifacts) => Object.assign(kept, artifacts), load: async () => kept };
 * await saveCheckpoint({ variables: [weight] }, place);
 * weight.assign(tf.scalar(5));
 * await restoreCheckpoint({ variables: [weight] }, place);
 * weight.dataSync()[0]; // 2
 */
export async function restoreCheckpoint(
  subject: CheckpointSubject,
  target: CheckpointTarget,
  options: RestoreCheckpointOptions & { readonly optional: true },
): Promise<RestoredCheckpoint | null>;
export async function restoreCheckpoint(
  subject: CheckpointSubject,
  target: CheckpointTarget,
  options?: RestoreCheckpointOptions,
): Promise<RestoredCheckpoint>;
export async function restoreCheckpoint(
  subject: CheckpointSubject,
  target: CheckpointTarget,
  options: RestoreCheckpointOptions = {},
): Promise<RestoredCheckpoint | null> {
  const { only = 'all', optional = false, limits } = options;
  if (!['all', 'weights', 'average'].includes(only)) {
    throw new RangeError(message("only must be 'all', 'weights' or 'average'", only, 'Leave it out for all.'));
  }
  const bag = bagOf(subject, 'restoreCheckpoint()');
  const { place, read } = storeOf(target);
  const input = await read();
  if (input === null) {
    if (optional) return null;
    throw new ModelFileError(
      `there must be a checkpoint in ${place}`,
      'none',
      'Save one first, or pass optional: true for the first start of a run.',
    );
  }
  const file = await readCheckpoint(input, limits);
  const plan = planRestore(file, runParts(bag), only);
  try {
    plan.apply();
  } finally {
    plan.dispose();
  }
  const { metadata, progress, optimizers, lossScale, policy, savedAt } = file.manifest;
  return { metadata, progress, iterations: optimizers[0]?.iterations ?? 0, lossScale: lossScale?.state ?? null, policy, savedAt };
}
