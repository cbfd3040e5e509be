import { dispose, keep, setBackend, tensor, tidy, Variable, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { autocast } from '@halftone/autocast';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import { recipeFor, type Recipe } from './models/recipe.ts';
import type { Judgement, StepRecord } from './state/records.ts';
import { lossScaleOf, type PolicyName, type Settings } from './state/settings.ts';
import type { HostArray, HostBatch, Task } from './tasks/task.ts';
import type { RunDevice } from './training-device.ts';
import { optimizerFor } from './training-optimizer.ts';

/** One model that is trained under one policy on a device of its own. */
export class TrainingRun {
  readonly policy: PolicyName;
  readonly device: RunDevice;
  readonly model: LayersModel;
  readonly optimizer: MixedPrecisionOptimizer;
  readonly recipe: Recipe;
  readonly #variables: Variable[];
  readonly #hasScale: boolean;
  #records: StepRecord[] = [];
  /** Of the next step; `null` before the first, and without a loss scale. */
  #scale: number | null = null;

  /** Allocates the model on the device, which must be the current backend; `open` makes it so. */
  private constructor(policy: PolicyName, { device, settings, task }: RunParts) {
    this.policy = policy;
    this.device = device;
    this.recipe = recipeFor(task.shape);
    this.model = this.recipe.build(settings.seed);
    this.optimizer = optimizerFor(policy, settings);
    this.#hasScale = lossScaleOf(policy, settings) !== 'none';
    this.#variables = this.model.getWeights(true).filter((weight): weight is Variable => weight instanceof Variable);
  }

  static async open(policy: PolicyName, parts: RunParts): Promise<TrainingRun> {
    await setBackend(parts.device.backendName);
    return new TrainingRun(policy, parts);
  }

  get records(): readonly StepRecord[] {
    return this.#records;
  }

  /** Steps that were taken, skipped ones among them. */
  get step(): number {
    return this.#records.at(-1)?.step ?? 0;
  }

  /** Goes on after steps that another process took. */
  continueFrom(records: readonly StepRecord[]): void {
    this.#records = [...records];
    this.#scale = null; // a checkpoint brings its own
  }

  /**
   * One step. Everything is issued before the first wait; then loss, accuracy and the state of the loss scale are waited for together.
   * The first one compiles kernels: a moment on a GPU, many seconds on a driver for CPUs.
   */
  async take(batch: HostBatch): Promise<StepRecord> {
    await setBackend(this.device.backendName);
    this.device.resetPeak();
    this.#scale ??= this.#hasScale ? (await this.optimizer.lossScaleState()).scale : null;
    const scale = this.#scale;
    const begin = performance.now();
    const [inputs, targets] = [toTensor(batch.inputs), toTensor(batch.targets)];
    const issued = this.#issue(inputs, targets);
    try {
      const [[loss = Number.NaN], [accuracy = 0], report] = await Promise.all([
        issued.loss.data(),
        issued.accuracy.data(),
        this.optimizer.lastStep(),
      ]);
      const milliseconds = performance.now() - begin;
      const { held, peak } = this.device.bytes();
      if (this.#hasScale) this.#scale = report.scale;
      const record: StepRecord = {
        step: this.step + 1,
        loss: Number.isFinite(loss) ? loss : null,
        accuracy,
        scale,
        skipped: !report.applied,
        milliseconds,
        heldBytes: held,
        peakBytes: peak,
      };
      this.#records.push(record);
      return record;
    } finally {
      dispose([inputs, targets, issued.loss, issued.accuracy]);
    }
  }

  /** Judges by examples that were never trained on; batch norms take their moving statistics. Waits for the device. */
  async judge(batches: readonly HostBatch[]): Promise<Judgement> {
    await setBackend(this.device.backendName);
    let [loss, accuracy, examples] = [0, 0, 0];
    for (const batch of batches) {
      const count = batch.inputs.shape[0] ?? 0;
      const { loss: lost, accuracy: right } = this.#judged(batch);
      const [[lossOf = 0], [rightOf = 0]] = await Promise.all([lost.data(), right.data()]);
      dispose([lost, right]);
      [loss, accuracy, examples] = [loss + lossOf * count, accuracy + rightOf * count, examples + count];
    }
    return { loss: loss / examples, accuracy: accuracy / examples, examples };
  }

  /** Frees the model and the optimizer; the device stays. */
  async dispose(): Promise<void> {
    await setBackend(this.device.backendName);
    this.optimizer.dispose();
    this.model.dispose();
  }

  #issue(inputs: Tensor, targets: Tensor): Issued {
    let accuracy: Scalar | undefined;
    const loss = this.optimizer.minimize(
      () => {
        const logits = this.model.apply(inputs, { training: true }) as Tensor;
        accuracy = keep(tidy(() => this.recipe.accuracy(targets, logits)));
        return this.recipe.loss(targets, logits);
      },
      true,
      this.#variables,
    );
    if (loss === null || accuracy === undefined)
      throw new Error('[playground] a step must give a loss and an accuracy, got none. Look at the optimizer.');
    return { loss, accuracy };
  }

  #judged(batch: HostBatch): Issued {
    return tidy(() => {
      const targets = toTensor(batch.targets);
      return autocast(this.policy, () => {
        const logits = this.model.apply(toTensor(batch.inputs), { training: false }) as Tensor;
        return { loss: this.recipe.loss(targets, logits), accuracy: this.recipe.accuracy(targets, logits) };
      });
    });
  }
}

/** What a run is made of. */
export interface RunParts {
  readonly device: RunDevice;
  readonly settings: Settings;
  readonly task: Task;
}

type Issued = { readonly loss: Scalar; readonly accuracy: Scalar };

function toTensor({ shape, data }: HostArray): Tensor {
  return tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');
}
