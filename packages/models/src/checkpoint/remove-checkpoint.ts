import { message } from '../bytes/model-file-error.ts';
import { dropLock, holdLock } from './lock/held-locks.ts';
import { savesDone, writeInTurn } from './lock/running-saves.ts';
import type { CheckpointTarget } from './stores/store.ts';
import { storeOf } from './stores/store.ts';

/**
 * Deletes the checkpoint of a place, for a run that has ended or shall start anew, and lets go of the place.
 *
 * Nobody loses a run to it: a place to which another process or tab saves is refused. In a folder the file goes, with what a crash
 * left of one, and the folder stays; in IndexedDB the record goes.
 *
 * Waits for a save that is under way and for the place; not for the GPU.
 *
 * @param target - a folder (Node) or `'indexeddb://name'` (browsers), as for {@link saveCheckpoint}
 * @returns whether there was a checkpoint
 * @throws CheckpointLockedError if another process or tab saves there; CheckpointWriteError if the place refuses; TypeError for an
 * IOHandler, which has no way to delete
 *
 * @example
 * await removeCheckpoint('a folder that never was'); // false
 */
export async function removeCheckpoint(target: CheckpointTarget): Promise<boolean> {
  const { lock, removal } = storeOf(target);
  if (removal === null) {
    throw new TypeError(
      message("removeCheckpoint() takes a folder or 'indexeddb://name'", 'an IOHandler', 'Delete it where the handler keeps it.'),
    );
  }
  await savesDone(target);
  const wasThere = await removal.exists();
  if (wasThere && lock !== null) await holdLock(lock, { takeOver: false });
  try {
    if (wasThere) await writeInTurn(target, () => removal.remove());
  } finally {
    if (lock !== null) await dropLock(lock);
  }
  return wasThere;
}
