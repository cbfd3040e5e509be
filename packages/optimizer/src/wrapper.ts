import type { NamedTensorMap, Scalar, serialization, Tensor, Variable } from '@tensorflow/tfjs-core';
import { dispose, Optimizer } from '@tensorflow/tfjs-core';
import type { LossScaleState } from '@halftone/loss-scale';
import type { Policy } from '@halftone/policy';
import { Accumulator } from './accumulator.ts';
import type { StepPath } from './fused-plan.ts';
import { canFuse } from './fused-plan.ts';
import type { GradientInput, NamedGradient } from './gradient-list.ts';
import { gradientList, presentGradients } from './gradient-list.ts';
import { learningRateOf, setIterations, setLearningRateOf } from './inner-optimizer.ts';
import { lossGradients } from './loss-gradients.ts';
import { inFloat32, underPolicy, underPolicyAsStored } from './precision.ts';
import type { SavedLossScale } from './scale-run.ts';
import { endStep, ScaleRun } from './scale-run.ts';
import type { StepListener } from './step-listeners.ts';
import { StepListeners } from './step-listeners.ts';
import type { StepReport } from './step-report.ts';
import { UndoLog } from './undo-log.ts';
import { takeStep, unscale } from './wrapper-step.ts';
import { claim, release } from './wrap-guard.ts';
import type { MixedPrecisionOptions } from './wrapper-options.ts';
import { checkOptions, chooseLossScale, choosePolicy } from './wrapper-options.ts';

type OptimizerWeights = Awaited<ReturnType<Optimizer['getWeights']>>;

/** Settled at the first step: later changes of ambient state do not reach a run that has begun. */
interface Started {
  readonly policy: Policy | null;
  readonly run: ScaleRun;
}

/** A `tf.Optimizer` that scales the loss, skips bad steps on the device and leaves the maths to the one inside. */
export class MixedPrecisionOptimizer extends Optimizer {
  /** The optimizer inside: its fields (`beta1`, `momentum`) may be read and set here. */
  readonly inner: Optimizer;
  readonly #options: MixedPrecisionOptions;
  readonly #window: Accumulator;
  /** What forward passes since the last update wrote: moving statistics, which a skipped step must not keep. */
  readonly #forward = new UndoLog();
  readonly #listeners = new StepListeners();
  #started: Started | null = null;
  #path: StepPath | null = null;
  #unwrapped = false;

  constructor(inner: Optimizer, options: MixedPrecisionOptions) {
    super();
    checkOptions(inner, options);
    claim(inner, this);
    this.inner = inner;
    this.#options = options;
    this.#window = new Accumulator(options.accumulate ?? 1, { dropsOne: options.onBadMicroBatch === 'drop-one' });
  }

  /** The true loss and the UNSCALED gradients, float32; both belong to the caller. */
  override computeGradients(f: () => Scalar, varList?: Variable[]): { value: Scalar; grads: NamedTensorMap } {
    const { policy, run } = this.#start();
    run.status.throwIfDue();
    const { scale } = run;
    if (scale === null) return underPolicy(policy, () => lossGradients(f, varList, null));
    const { value, grads } = this.#forward.record(() => underPolicy(policy, () => lossGradients(f, varList, scale.scale)));
    const list = presentGradients(gradientList(grads));
    const unscaled = unscale(list, scale);
    dispose(grads);
    return { value, grads: Object.fromEntries(list.map(({ name }, index) => [name, unscaled[index] as Tensor])) };
  }

  /** One whole step: loss, gradients, update. Gradients that a fused step can unscale by itself are not unscaled before it. */
  override minimize(f: () => Scalar, returnCost = false, varList?: Variable[]): Scalar | null {
    const { policy, run } = this.#start();
    run.status.throwIfDue();
    const { scale } = run;
    const scaled = scale !== null && this.#window.size === 1 && canFuse(this.inner);
    const { value, grads } = scaled
      ? this.#forward.record(() => underPolicyAsStored(policy, () => lossGradients(f, varList, scale.scale)))
      : this.computeGradients(f, varList);
    try {
      this.#apply(run, gradientList(varList === undefined ? grads : varList.map(({ name }) => ({ name, tensor: grads[name] }))), {
        scaled,
      });
    } catch (error) {
      value.dispose();
      throw error;
    } finally {
      dispose(grads);
    }
    endStep(run);
    if (returnCost) return value;
    value.dispose();
    return null;
  }

  /** One step (one micro-batch, when gradients are accumulated) from unscaled gradients, which stay the caller's. */
  override applyGradients(gradients: GradientInput): void {
    const { run } = this.#start();
    run.status.throwIfDue();
    this.#apply(run, gradientList(gradients), { scaled: false });
    endStep(run);
  }

  /** How the latest update was made: in a few dispatches, or op by op and why. `null` before the first. */
  get stepPath(): StepPath | null {
    return this.#path;
  }

  /**
   * Calls a listener after each update, before anybody knows whether it was skipped: the verdict is a tensor. Costs nothing by itself.
   *
   * @returns what takes the listener off again
   */
  afterStep(listener: StepListener): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * What a checkpoint taken now would lack, in words: micro-batches of an open window, or steps that the host has not heard of, which
   * `await lossScaleState()` brings. `null` when there is nothing.
   */
  get unfinished(): string | null {
    const { count, size } = this.#window;
    if (count > 0) return `${count} of ${size} micro-batches of an open window`;
    return this.#started?.run.unheard === true ? 'steps that the host has not heard of' : null;
  }

  /** What the last step did. Waits for the GPU: ask at the end of an epoch, not in every step. */
  lastStep(): Promise<StepReport> {
    return this.#start().run.lastStep();
  }

  /** The state of the scale after the last step. Waits for the GPU. */
  lossScaleState(): Promise<LossScaleState> {
    return this.#start().run.state();
  }

  /** The scale's part of a checkpoint, as far as the host knows: `await lossScaleState()` first to have it exact. */
  toJSON(): SavedLossScale {
    return this.#start().run.saved();
  }

  /** Goes on from a saved scale; an open accumulation window is dropped, and an error that was due is forgotten. */
  restore(saved: SavedLossScale): void {
    this.#start().run.restore(saved);
    this.#window.clear();
    this.#forward.forget();
  }

  override getClassName(): string {
    return this.inner.getClassName();
  }

  override getConfig(): serialization.ConfigDict {
    return this.inner.getConfig();
  }

  /** Applied steps, as far as the host knows: skipped ones are taken off when the device's count arrives. */
  override get iterations(): number {
    return this.inner.iterations;
  }

  get learningRate(): number | undefined {
    return learningRateOf(this.inner);
  }

  set learningRate(learningRate: number) {
    setLearningRateOf(this.inner, learningRate);
  }

  setLearningRate(learningRate: number): void {
    setLearningRateOf(this.inner, learningRate);
  }

  /** The inner optimizer's slots, with `iter` corrected to the applied steps. Waits for the GPU. */
  override async getWeights(): Promise<OptimizerWeights> {
    await this.lossScaleState();
    return this.inner.getWeights();
  }

  /** Waits for the GPU, so that steps skipped before are not taken off the counter that comes with the weights. */
  override async setWeights(weightValues: OptimizerWeights): Promise<void> {
    await this.lossScaleState();
    await this.inner.setWeights(weightValues);
  }

  /** Frees the scale and gives the inner optimizer back, to be used alone or wrapped again. */
  unwrap(): Optimizer {
    this.#window.clear();
    this.#forward.forget();
    this.#started?.run.dispose();
    this.#started = null;
    this.#unwrapped = true;
    release(this.inner, this);
    return this.inner;
  }

  /** Disposes the inner optimizer's slots too, as `model.dispose()` expects. */
  override dispose(): void {
    this.unwrap().dispose();
  }

  #start(): Started {
    if (this.#started !== null) return this.#started;
    if (this.#unwrapped) {
      throw new Error(`[optimizer] this wrapper was unwrapped or disposed, got another call. Wrap the ${this.inner.getClassName()} again.`);
    }
    const policy = choosePolicy(this.#options);
    const run = new ScaleRun(chooseLossScale(this.#options, policy), {
      statusEvery: this.#options.statusEvery ?? 50,
      onArrival: ({ report, newlySkipped }) => {
        setIterations(this.inner, this.inner.iterations - newlySkipped);
        this.#options.onStep?.(report);
      },
    });
    this.#started = { policy, run };
    return this.#started;
  }

  #apply(run: ScaleRun, list: readonly NamedGradient[], { scaled }: { readonly scaled: boolean }): void {
    if (presentGradients(list).length === 0) run.noteEmpty();
    else if (this.#window.size === 1) this.#step(run, list, { window: null, scaled });
    else inFloat32(() => this.#accumulate(run, list));
  }

  #step(run: ScaleRun, list: readonly NamedGradient[], how: { readonly window: Accumulator | null; readonly scaled: boolean }): void {
    this.#path = inFloat32(() =>
      takeStep(this.inner, list, { ...how, run, options: this.#options, forward: this.#forward, listeners: this.#listeners }),
    );
  }

  #accumulate(run: ScaleRun, list: readonly NamedGradient[]): void {
    this.#window.add(list, run.scale === null ? null : (chooser) => this.#forward.settle(chooser));
    if (!this.#window.full) return;
    const means = this.#window.mean();
    try {
      this.#step(run, means, { window: this.#window, scaled: false });
    } finally {
      dispose(presentGradients(means).map(({ tensor }) => tensor));
      this.#window.clear();
    }
  }
}
