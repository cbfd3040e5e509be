import type { SaveCheckpointOptions } from '../save-checkpoint.ts';
import { lockCheckpoint, saveCheckpoint } from '../save-checkpoint.ts';
import type { CheckpointTarget } from '../stores/store.ts';
import { storeOf } from '../stores/store.ts';
import { runParts } from '../subject/run-parts.ts';
import type { CheckpointSubject } from '../subject/subject.ts';
import { bagOf } from '../subject/subject.ts';
import { checkSignals, type InterruptSignal, watchSignals } from './watch-signals.ts';

/** Options of {@link saveOnInterrupt}. */
export interface SaveOnInterruptOptions {
  /** `['SIGINT', 'SIGTERM']` unless set. */
  readonly signals?: readonly InterruptSignal[];
  /** As for `saveCheckpoint`. */
  readonly takeOver?: boolean;
}

/** A loop that can be interrupted. */
export interface InterruptibleLoop {
  /** The signal that came, or `null`. */
  readonly interrupted: InterruptSignal | null;
  /**
   * To be awaited after each step: saves if a signal has come, and says whether the loop is over. Costs nothing while none has.
   *
   * @param options - of `saveCheckpoint`: `metadata`, `progress`
   */
  stepDone(options?: Pick<SaveCheckpointOptions, 'metadata' | 'progress'>): Promise<boolean>;
  /** Stops listening. */
  dispose(): void;
}

/**
 * Lets a training loop of one's own end well: on Ctrl-C or SIGTERM the step is finished and the run saved.
 *
 * A second signal ends the program at once, as ever. Listens until the first signal or `dispose()`; locks the place at once.
 *
 * @param subject - as for {@link saveCheckpoint}
 * @param target - as for {@link saveCheckpoint}
 * @param options - `signals` `['SIGINT', 'SIGTERM']`
 * @returns what the loop asks after each step
 * @throws CheckpointLockedError if another process or tab saves there; RangeError for an unknown signal
 *
 * @example
 * const weight = tf.variable(tf.scalar(2), true, 'interruptible');
 * const place = { save: async () => ({}), load: async () => ({}) };
 * const loop = await saveOnInterrupt({ variables: [weight] }, place);
 * await loop.stepDone(); // false
 * loop.dispose();
 */
export async function saveOnInterrupt(
  subject: CheckpointSubject,
  target: CheckpointTarget,
  options: SaveOnInterruptOptions = {},
): Promise<InterruptibleLoop> {
  checkSignals(options.signals);
  storeOf(target);
  runParts(bagOf(subject, 'saveOnInterrupt()'));
  await lockCheckpoint(target, { takeOver: options.takeOver === true });
  const watch = watchSignals(options.signals);
  return {
    get interrupted() {
      return watch.signal;
    },
    async stepDone(notes = {}) {
      if (watch.signal === null) return false;
      await saveCheckpoint(subject, target, notes);
      return true;
    },
    dispose: () => watch.dispose(),
  };
}
