import { message } from '../bytes/model-file-error.ts';

/**
 * A run that another tab or process is writing: this one may read its checkpoints and not write them.
 *
 * A class of its own, so that a program can go on without saving.
 *
 * @example
 * new CheckpointLockedError('runs/a', 'process 7').message.startsWith('[models] one process at a time may save to runs/a, got process 7'); // true
 */
export class CheckpointLockedError extends Error {
  override readonly name = 'CheckpointLockedError';

  constructor(place: string, holder: string) {
    super(
      message(
        `one process at a time may save to ${place}`,
        `${holder}, which does already`,
        'Save somewhere else, end the other one, or pass takeOver: true if it is gone. Restoring works all the same.',
      ),
    );
  }
}

/**
 * A checkpoint that could not be written: no room, no storage in this browser mode, no right to write. The one before is whole.
 *
 * A class of its own, so that a program can go on training.
 *
 * @example
 * new CheckpointWriteError('runs/a', 'no room is left', 'Make room.').message.includes('The checkpoint before it, if any, is whole.'); // true
 */
export class CheckpointWriteError extends Error {
  override readonly name = 'CheckpointWriteError';

  constructor(place: string, reason: string, remedy: string, options?: ErrorOptions) {
    super(message(`a checkpoint must get to ${place}`, reason, `${remedy} The checkpoint before it, if any, is whole.`), options);
  }
}

/** What to do where a browser gives a page no storage. */
export const STORAGE_REMEDY = 'Private windows, sandboxed frames and blocked cookies forbid storage: allow it, or pass an IOHandler.';
