import { setBackend } from '@tensorflow/tfjs-core';
import { releaseCheckpoint, restoreCheckpoint, saveCheckpoint, type CheckpointTarget } from '@halftone/models';
import type { StepRecord } from './state/records.ts';
import type { PolicyName, Settings } from './state/settings.ts';
import type { TrainingRun } from './training-run.ts';

/** Where the checkpoint of a run is kept: one for each policy, in this browser. */
export function browserTarget(policy: PolicyName): string {
  return `indexeddb://playground-${policy}`;
}

/** What a checkpoint says beside weights and optimizer. */
interface Notes {
  readonly settings: Settings;
  readonly classes: readonly string[];
  readonly records: readonly StepRecord[];
}

/** What decides whether a checkpoint is of this training. */
export interface Identity {
  readonly settings: Settings;
  /** Of own images; empty for the rest. */
  readonly classes: readonly string[];
}

/**
 * Saves a run with its records. Waits for the device and for the disk.
 *
 * @returns bytes that were written
 * @throws as `saveCheckpoint` does: another tab saves there, no room is left, storage is denied
 */
export async function saveRun(run: TrainingRun, target: CheckpointTarget, { settings, classes }: Identity): Promise<number> {
  await setBackend(run.device.backendName);
  const notes: Notes = { settings, classes, records: run.records };
  const { bytes } = await saveCheckpoint({ model: run.model, optimizer: run.optimizer }, target, {
    metadata: JSON.parse(JSON.stringify(notes)),
  });
  return bytes;
}

/**
 * Puts a run back as it was saved, its records too. Waits for the disk.
 *
 * @throws Error if the checkpoint is of another training, or of images of other classes
 */
export async function restoreRun(run: TrainingRun, target: CheckpointTarget, identity: Identity): Promise<void> {
  await setBackend(run.device.backendName);
  const { metadata } = await restoreCheckpoint({ model: run.model, optimizer: run.optimizer }, target);
  const { settings, classes, records } = metadata as unknown as Notes;
  const difference = differing(settings, identity.settings);
  if (difference !== null)
    throw new Error(
      `[playground] the checkpoint must be of these settings, got one with ${difference}. Another tab has replaced it: train from the start.`,
    );
  if (classes.join('/') !== identity.classes.join('/'))
    throw new Error(
      `[playground] the images must be of the classes ${classes.join(', ')}, got ${identity.classes.join(', ')}. Choose the folder that the training began with.`,
    );
  run.continueFrom(records);
}

/** Lets other tabs save there. */
export async function releaseRun(target: CheckpointTarget): Promise<void> {
  await releaseCheckpoint(target);
}

/** The first setting in which two trainings differ, in words; how long they go on does not matter. */
function differing(saved: Settings, now: Settings): string | null {
  const free: readonly string[] = ['steps', 'saveEvery', 'compare'];
  const name = Object.keys(now).find((key) => !free.includes(key) && Reflect.get(saved, key) !== Reflect.get(now, key));
  return name === undefined ? null : `${name} ${String(Reflect.get(saved, name))}`;
}
