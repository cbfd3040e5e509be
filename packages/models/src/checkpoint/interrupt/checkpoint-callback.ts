import { Callback } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { message } from '../../bytes/model-file-error.ts';
import type { Json } from '../format/json.ts';
import type { CheckpointProgress } from '../format/manifest.ts';
import type { RestoredCheckpoint } from '../restore-checkpoint.ts';
import { lockCheckpoint, saveCheckpoint } from '../save-checkpoint.ts';
import type { CheckpointTarget } from '../stores/store.ts';
import { storeOf } from '../stores/store.ts';
import { runParts } from '../subject/run-parts.ts';
import { bagOf } from '../subject/subject.ts';
import { checkSignals, type InterruptSignal, type SignalWatch, watchSignals } from './watch-signals.ts';

/** Options of {@link checkpointCallback}. */
export interface CheckpointCallbackOptions {
  /** Saves after so many batches. */
  readonly everySteps?: number;
  /** Saves after so many epochs; 1 unless `everySteps` is set. */
  readonly everyEpochs?: number;
  /** On the first of these the batch is finished, the run saved and `fit` ended. `['SIGINT', 'SIGTERM']` unless set; `[]` for none. */
  readonly signals?: readonly InterruptSignal[];
  /** What `restoreCheckpoint` gave, so that batches are counted on. */
  readonly resumed?: Pick<RestoredCheckpoint, 'progress'> | null;
  /** Metadata of each checkpoint; called when it is saved. */
  readonly metadata?: (progress: CheckpointProgress) => Json;
  /** As for `saveCheckpoint`. */
  readonly takeOver?: boolean;
}

type Rhythm = Pick<CheckpointCallbackOptions, 'everySteps' | 'everyEpochs'>;

/** Saves a model as it is fitted; `checkpointCallback` makes it. */
export class CheckpointCallback extends Callback {
  readonly #subject: LayersModel;
  readonly #target: CheckpointTarget;
  readonly #options: CheckpointCallbackOptions;
  readonly #rhythm: Rhythm;
  #progress: CheckpointProgress;
  #watch: SignalWatch | null = null;
  #due = false;
  #saves = 0;
  #interrupted: InterruptSignal | null = null;

  constructor(subject: LayersModel, target: CheckpointTarget, options: CheckpointCallbackOptions) {
    super();
    this.#subject = subject;
    this.#target = target;
    this.#options = options;
    this.#rhythm = rhythmOf(options);
    this.#progress = options.resumed?.progress ?? { epoch: 0, batch: 0, batches: 0 };
    checkSignals(options.signals);
  }

  /** The signal that ended the latest `fit`, or `null`: then it ran to its end. */
  get interrupted(): InterruptSignal | null {
    return this.#interrupted;
  }

  /** How often it has saved. */
  get saves(): number {
    return this.#saves;
  }

  override async onTrainBegin(): Promise<void> {
    this.#interrupted = null;
    this.#due = false;
    await lockCheckpoint(this.#target, { takeOver: this.#options.takeOver === true });
    this.#watch = watchSignals(this.#options.signals);
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    if (epoch !== this.#progress.epoch) this.#progress = { ...this.#progress, epoch, batch: 0 };
  }

  override async onBatchEnd(): Promise<void> {
    const { epoch, batch, batches } = this.#progress;
    this.#progress = { epoch, batch: batch + 1, batches: batches + 1 };
    const { everySteps } = this.#rhythm;
    if (everySteps !== undefined && this.#progress.batches % everySteps === 0) this.#due = true;
    await this.#saveIfDue();
  }

  override async onEpochEnd(epoch: number): Promise<void> {
    this.#progress = { ...this.#progress, epoch: epoch + 1, batch: 0 };
    const { everyEpochs } = this.#rhythm;
    if (everyEpochs !== undefined && (epoch + 1) % everyEpochs === 0) this.#due = true;
    await this.#saveIfDue();
  }

  override async onTrainEnd(): Promise<void> {
    this.#watch?.dispose();
    this.#watch = null;
    await this.#saveIfDue();
    if (this.#due && this.#interrupted === null) {
      console.warn(
        `[models] a checkpoint is taken when an accumulation window closes, got the end of fit() within one. The last checkpoint in ${storeOf(this.#target).place} is older.`,
      );
    }
  }

  /** A window of accumulated micro-batches is finished first. */
  async #saveIfDue(): Promise<void> {
    const signal = this.#watch?.signal ?? null;
    if (!this.#due && signal === null) return;
    if (this.#interrupted === null && !isWithinWindow(this.#subject)) {
      await this.#save();
      if (signal === null) return;
      this.#interrupted = signal;
      this.model.stopTraining = true;
    }
  }

  async #save(): Promise<void> {
    const { metadata } = this.#options;
    const progress = this.#progress;
    await saveCheckpoint(this.#subject, this.#target, { progress, metadata: metadata?.(progress) ?? null });
    this.#due = false;
    this.#saves += 1;
  }
}

/**
 * Saves a model in the rhythm of its `fit`, and once more when somebody wants to end the program.
 *
 * On Ctrl-C (SIGINT) and SIGTERM the batch is finished, the run saved and `fit` ended; `callback.interrupted` says so, and what
 * happens then is the program's affair. A second signal ends the program at once, as ever: the checkpoint before is whole. Listeners
 * are there only while `fit` runs. The place is locked when `fit` begins: a second tab or process that fits into it fails there.
 *
 * Waits for the GPU and for the place where it saves, and nowhere else. tfjs takes it alone or in a list with other `tf.Callback`s.
 *
 * @param model - the model to save, the one that is fitted
 * @param target - as for {@link saveCheckpoint}
 * @param options - `everyEpochs` 1, or `everySteps`; `signals` `['SIGINT', 'SIGTERM']`; `resumed`; `metadata`
 * @returns a callback of tfjs-layers; its errors are those of `saveCheckpoint`, and end `fit`
 * @throws RangeError for a rhythm or signal that cannot be meant
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
 * const kept = {};
 * const place = { save: async (artifacts) => Object.assign(kept, artifacts), load: async () => kept };
 * const checkpoints = checkpointCallback(model, place);
 * await model.fit(tf.ones([4, 2]), tf.ones([4, 1]), { epochs: 2, verbose: 0, callbacks: checkpoints });
 * checkpoints.saves; // 2
 * (await restoreCheckpoint(model, place)).progress.epoch; // 2
 */
export function checkpointCallback(
  model: LayersModel,
  target: CheckpointTarget,
  options: CheckpointCallbackOptions = {},
): CheckpointCallback {
  storeOf(target);
  runParts(bagOf(model, 'checkpointCallback()'));
  return new CheckpointCallback(model, target, options);
}

function rhythmOf({ everySteps, everyEpochs }: CheckpointCallbackOptions): Rhythm {
  for (const [name, value] of Object.entries({ everySteps, everyEpochs })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
      throw new RangeError(message(`${name} must be a whole number from 1`, String(value), 'Leave it out to save after each epoch.'));
    }
  }
  return {
    ...(everySteps === undefined ? {} : { everySteps }),
    ...(everyEpochs === undefined ? (everySteps === undefined ? { everyEpochs: 1 } : {}) : { everyEpochs }),
  };
}

function isWithinWindow(model: LayersModel): boolean {
  const { scaler } = runParts(bagOf(model, 'checkpointCallback()'));
  return scaler?.unfinished?.includes('window') === true;
}
