import { message } from '../bytes/model-file-error.ts';
import { checkpointParts } from './format/checkpoint-file.ts';
import type { Json } from './format/json.ts';
import type { CheckpointProgress } from './format/manifest.ts';
import { wrongInMetadata } from './format/manifest.ts';
import { dropLock, holdLock } from './lock/held-locks.ts';
import { counted, savesDone, writeInTurn } from './lock/running-saves.ts';
import type { CheckpointStore, CheckpointTarget } from './stores/store.ts';
import { storeOf } from './stores/store.ts';
import { capture } from './subject/capture.ts';
import { type RunParts, runParts } from './subject/run-parts.ts';
import type { CheckpointSubject } from './subject/subject.ts';
import { bagOf } from './subject/subject.ts';

/** Options of {@link saveCheckpoint}. */
export interface SaveCheckpointOptions {
  /** Anything that JSON holds, given back by {@link restoreCheckpoint}: the position in the data, the best loss so far. */
  readonly metadata?: Json;
  /** Where a loop of batches and epochs was; `checkpointCallback` fills it in. */
  readonly progress?: CheckpointProgress;
  /** Takes the place over from another process or tab, which may save there no more. For one that is gone on another machine. */
  readonly takeOver?: boolean;
}

/** What {@link saveCheckpoint} wrote. */
export interface SavedCheckpoint {
  /** Size of the file. */
  readonly bytes: number;
  readonly tensors: number;
  /** Applied steps of the first optimizer; 0 without one. */
  readonly iterations: number;
}

/**
 * Saves all of a training run, so that `restoreCheckpoint` goes on bit for bit as if it had never stopped.
 *
 * Float32 masters (frozen weights in half as the halves they are), optimizer slots and powers of beta, the loss scale and its
 * counters, applied steps, learning rate, policies, averages (`emaOf`), the seed of dropout (`seedDropout`), states of stateful layers,
 * and `metadata`. All of one moment, also when steps go on meanwhile.
 *
 * One file in the safetensors format, which opens in Python, with a checksum for each tensor and for its header. It replaces the one
 * before as a whole or not at all: a crash, a full disk or a closed tab leaves the old one. In a folder it is `checkpoint.safetensors`;
 * in IndexedDB a record of the database `halftone`; an IOHandler of tfjs gets it as its weight data and decides by itself what a
 * crash leaves. The first save locks the place for this process or tab until it ends or calls `releaseCheckpoint`.
 *
 * Waits for the GPU and for the place. Holds all numbers on the host once (twice for IndexedDB and IOHandlers).
 *
 * @param subject - a Layers model, compiled or not, or the parts of a loop: `{ model or variables, optimizer, scaler, average }`
 * @param target - a folder (Node), `'indexeddb://name'` (browsers), or an IOHandler
 * @param options - `metadata` none, `takeOver` false
 * @returns size, tensors and steps
 * @throws CheckpointLockedError if another process or tab saves there; CheckpointWriteError if the place refuses; Error within an
 * accumulation window or a `gradScaler` round; TypeError and RangeError for what cannot be meant
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
 * const kept = {};
 * const place = { save: async (artifacts) => Object.assign(kept, artifacts), load: async () => kept };
 * (await saveCheckpoint(model, place, { metadata: { epoch: 3 } })).tensors; // 4
 * (await restoreCheckpoint(model, place)).metadata.epoch; // 3
 */
export async function saveCheckpoint(
  subject: CheckpointSubject,
  target: CheckpointTarget,
  options: SaveCheckpointOptions = {},
): Promise<SavedCheckpoint> {
  const { metadata = null, progress = null, takeOver = false } = options;
  const wrong = wrongInMetadata(metadata);
  if (wrong !== null)
    throw new TypeError(message('metadata must be what JSON gives back as it is', wrong, 'Use numbers, text, lists and plain objects.'));
  const store = storeOf(target);
  const parts = runParts(bagOf(subject, 'saveCheckpoint()'));
  return counted(target, save(parts, { store, target, metadata, progress, takeOver }));
}

interface SaveOrder extends Pick<Required<SaveCheckpointOptions>, 'metadata' | 'takeOver'> {
  readonly store: CheckpointStore;
  readonly target: CheckpointTarget;
  readonly progress: CheckpointProgress | null;
}

async function save(parts: RunParts, { store, target, metadata, progress, takeOver }: SaveOrder): Promise<SavedCheckpoint> {
  if (store.lock !== null) await holdLock(store.lock, { takeOver });
  const { manifest, tensors } = await capture(parts, { metadata, progress });
  const file = checkpointParts(manifest, [...tensors.values()]);
  await writeInTurn(target, () => store.write(file));
  const bytes = file.reduce((total, { length }) => total + length, 0);
  return { bytes, tensors: tensors.size, iterations: manifest.optimizers[0]?.iterations ?? 0 };
}

/**
 * Lets another process or tab save to a place that this one has saved to. Ending does it too.
 *
 * Waits for a save that is under way.
 *
 * @param target - the place; an IOHandler has no lock
 *
 * @example
 * await releaseCheckpoint({ load: async () => ({}) }); // nothing to let go of
 */
export async function releaseCheckpoint(target: CheckpointTarget): Promise<void> {
  const { lock } = storeOf(target);
  await savesDone(target);
  if (lock !== null) await dropLock(lock);
}

/** Takes the lock of a place before there is anything to save, so that a second run fails at its start and not at its end. */
export async function lockCheckpoint(target: CheckpointTarget, options: { readonly takeOver: boolean }): Promise<void> {
  const { lock } = storeOf(target);
  if (lock !== null) await holdLock(lock, options);
}
