import type { NamedTensorMap, Scalar, serialization, Variable } from '@tensorflow/tfjs-core';
import { dispose, keep, mul, Optimizer, tidy } from '@tensorflow/tfjs-core';
import type { LossScale, LossScaleState } from '@halftone/loss-scale';
import type { Policy } from '@halftone/policy';
import { Accumulator } from './accumulator.ts';
import { Chooser } from './chooser.ts';
import { clip } from './clip.ts';
import type { StepFlags } from './device-scale.ts';
import { DeviceScale } from './device-scale.ts';
import { checkFinite } from './finite-check.ts';
import type { GradientInput, NamedGradient } from './gradient-list.ts';
import { gradientList, presentGradients, withTensors } from './gradient-list.ts';
import { applyList, learningRateOf, setIterations, setLearningRateOf } from './inner-optimizer.ts';
import { lossGradients } from './loss-gradients.ts';
import { inFloat32, underPolicy } from './precision.ts';
import { recordedApply } from './recorded-apply.ts';
import { StatusFeed } from './status-feed.ts';
import type { StepReport } from './step-report.ts';
import { stepReport } from './step-report.ts';
import { UndoLog } from './undo-log.ts';
import { claim, release } from './wrap-guard.ts';
import type { MixedPrecisionOptions } from './wrapper-options.ts';
import { checkOptions, chooseLossScale, choosePolicy } from './wrapper-options.ts';

type OptimizerWeights = Awaited<ReturnType<Optimizer['getWeights']>>;

/** What is settled at the first step: later changes of ambient state do not reach a run that has begun. */
interface Run {
  readonly policy: Policy | null;
  readonly machine: LossScale;
  /** `null` where nothing is scaled: then nothing is checked either, and steps are the inner optimizer's own. */
  readonly scale: DeviceScale | null;
  readonly status: StatusFeed;
}

/** The scale's part of a checkpoint; the inner optimizer's slots are in `getWeights()`. */
export interface SavedLossScale {
  readonly version: 1;
  readonly kind: LossScale['kind'];
  readonly state: LossScaleState;
}

/** A `tf.Optimizer` that scales the loss, skips bad steps on the device and leaves the maths to the one inside. */
export class MixedPrecisionOptimizer extends Optimizer {
  /** The optimizer inside: its fields (`beta1`, `momentum`) may be read and set here. */
  readonly inner: Optimizer;
  readonly #options: MixedPrecisionOptions;
  readonly #window: Accumulator;
  /** What forward passes since the last update wrote: moving statistics, which a skipped step must not keep. */
  readonly #forward = new UndoLog();
  #run: Run | null = null;
  #attempts = 0;
  #names: readonly string[] = [];
  #outcome: 'no-gradients' | 'none-yet' | undefined = 'none-yet';
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
    const { policy, scale, status } = this.#started();
    status.throwIfDue();
    if (scale === null) return underPolicy(policy, () => lossGradients(f, varList, null));
    const { value, grads } = this.#forward.record(() => underPolicy(policy, () => lossGradients(f, varList, scale.scale)));
    const unscaled = inFloat32(() =>
      tidy(() => {
        const inverse = scale.inverse();
        return Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, mul(gradient, inverse)]));
      }),
    );
    dispose(grads);
    return { value, grads: unscaled };
  }

  /** One step (one micro-batch, when gradients are accumulated) from unscaled gradients, which stay the caller's. */
  override applyGradients(gradients: GradientInput): void {
    const { status } = this.#started();
    status.throwIfDue();
    const list = gradientList(gradients);
    if (presentGradients(list).length === 0) {
      this.#outcome = 'no-gradients';
      return;
    }
    if (this.#window.size === 1) inFloat32(() => this.#step(list, null));
    else inFloat32(() => this.#accumulate(list));
  }

  #accumulate(list: readonly NamedGradient[]): void {
    const checks = this.#started().scale !== null;
    this.#window.add(list, checks ? (chooser) => this.#forward.settle(chooser) : null);
    if (!this.#window.full) return;
    const means = this.#window.mean();
    try {
      this.#step(means, this.#window);
    } finally {
      dispose(presentGradients(means).map(({ tensor }) => tensor));
      this.#window.clear();
    }
  }

  #step(list: readonly NamedGradient[], window: Accumulator | null): void {
    const { scale } = this.#started();
    const present = presentGradients(list);
    const tensors = present.map(({ tensor }) => tensor);
    const clipped = clip(tensors, this.#options);
    this.#followSchedule();
    try {
      if (scale === null) applyList(this.inner, withTensors(list, clipped));
      else this.#checkedStep(withTensors(list, clipped), { scale, flags: flagsOf(tensors, window) });
    } finally {
      dispose(clipped);
    }
    this.#attempts += 1;
    this.#names = present.map(({ name }) => name);
    this.#outcome = undefined;
    if (scale !== null) this.#copyIfDue(scale);
  }

  #checkedStep(list: readonly NamedGradient[], { scale, flags }: { readonly scale: DeviceScale; readonly flags: StepFlags }): void {
    const chooser = new Chooser(flags.applied);
    const log = new UndoLog();
    try {
      recordedApply(this.inner, list, { chooser, log });
      log.settle(chooser);
      this.#forward.settle(chooser);
      scale.advance(flags);
    } finally {
      chooser.dispose();
      dispose([flags.finite, flags.applied, flags.firstBad]);
    }
  }

  #followSchedule(): void {
    const { learningRate } = this.#options;
    if (learningRate === undefined) return;
    const { status } = this.#started();
    setLearningRateOf(this.inner, learningRate(status.known.applied + this.#attempts - status.attempts));
  }

  /** What the last step did. Waits for the GPU: ask at the end of an epoch, not in every step. */
  async lastStep(): Promise<StepReport> {
    const { scale, status } = this.#started();
    const context = { attempts: this.#attempts, names: this.#names };
    const outcome = this.#outcome;
    if (scale === null) return stepReport(this.#counted(), { step: this.#attempts, firstBad: -1, names: this.#names, ...(outcome === undefined ? {} : { outcome }) });
    const report = await status.copy(keep(scale.pack()), context);
    if (outcome === undefined) return report;
    return stepReport(status.known, { step: context.attempts, firstBad: -1, names: context.names, outcome });
  }

  /** The state of the scale after the last step. Waits for the GPU. */
  async lossScaleState(): Promise<LossScaleState> {
    const { scale, status } = this.#started();
    if (scale === null) return this.#counted();
    await status.copy(keep(scale.pack()), { attempts: this.#attempts, names: this.#names });
    return status.known;
  }

  /** The scale's part of a checkpoint, as far as the host knows: `await lossScaleState()` first to have it exact. */
  toJSON(): SavedLossScale {
    const { machine, scale, status } = this.#started();
    return { version: 1, kind: machine.kind, state: scale === null ? this.#counted() : status.known };
  }

  /** Goes on from a saved scale; an open accumulation window is dropped, and an error that was due is forgotten. */
  restore(saved: SavedLossScale): void {
    const { machine, scale, status } = this.#started();
    if (saved?.version !== 1) {
      throw new RangeError(`[optimizer] a saved loss scale must have version 1, got ${String(saved?.version)}. Pass what toJSON() gave.`);
    }
    const state = machine.restore({ kind: saved.kind, ...saved.state });
    scale?.restore(state);
    status.reset(state);
    this.#attempts = state.applied + state.skipped;
    this.#window.clear();
    this.#forward.forget();
    this.#outcome = 'none-yet';
  }

  #copyIfDue(scale: DeviceScale): void {
    const { status } = this.#started();
    if (status.copying || this.#attempts - status.attempts < (this.#options.statusEvery ?? 50)) return;
    const copy = status.copy(keep(scale.pack()), { attempts: this.#attempts, names: this.#names });
    copy.catch(() => undefined); // kept by the status, thrown by the next call
  }

  #counted(): LossScaleState {
    return { scale: 1, goodSteps: this.#attempts, skippedInRow: 0, skipped: 0, applied: this.#attempts };
  }

  #started(): Run {
    if (this.#run !== null) return this.#run;
    if (this.#unwrapped) {
      throw new Error(`[optimizer] this wrapper was unwrapped or disposed, got another call. Wrap the ${this.inner.getClassName()} again.`);
    }
    const policy = choosePolicy(this.#options);
    const machine = chooseLossScale(this.#options, policy);
    const status = new StatusFeed(machine, (report, newlySkipped) => {
      setIterations(this.inner, this.inner.iterations - newlySkipped);
      this.#options.onStep?.(report);
    });
    this.#run = { policy, machine, scale: machine.kind === 'none' ? null : new DeviceScale(machine), status };
    return this.#run;
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
    this.#run?.scale?.dispose();
    this.#run = null;
    this.#unwrapped = true;
    release(this.inner, this);
    return this.inner;
  }

  /** Disposes the inner optimizer's slots too, as `model.dispose()` expects. */
  override dispose(): void {
    this.unwrap().dispose();
  }
}

function flagsOf(tensors: Parameters<typeof checkFinite>[0], window: Accumulator | null): StepFlags {
  const check = checkFinite(tensors);
  if (window === null) return { ...check, applied: check.finite.clone() };
  const flags = window.flags(check);
  dispose([check.finite, check.firstBad]);
  return flags;
}
