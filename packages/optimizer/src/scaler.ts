import type { NamedTensorMap, Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { dispose, mul } from '@tensorflow/tfjs-core';
import type { GuardedCall, LossScaleState, StepGuard } from '@halftone/loss-scale';
import { createStepGuard, guardCall } from '@halftone/loss-scale';
import { checkClip } from './clip.ts';
import type { StepPath } from './fused-plan.ts';
import type { ForwardPass } from './gradient-tags.ts';
import type { GradientInput, NamedGradient } from './gradient-list.ts';
import { gradientList, gradientMap, presentGradients, withTensors } from './gradient-list.ts';
import type { LossGradients } from './loss-gradients.ts';
import { lossGradients } from './loss-gradients.ts';
import { inFloat32, underPolicy } from './precision.ts';
import type { ScaleOnDevice } from './scale-on-device.ts';
import type { SavedLossScale, ScaleRun } from './scale-run.ts';
import { endStep } from './scale-run.ts';
import { ScalerGradients } from './scaler-gradients.ts';
import type { GradScalerOptions, ScalerStepOptions } from './scaler-options.ts';
import { scalerPolicy, startScaler } from './scaler-options.ts';
import { checkedStep, plainStep } from './scaler-step.ts';
import { SkipCounters } from './skip-counters.ts';
import type { StepListener } from './step-listeners.ts';
import { StepListeners } from './step-listeners.ts';
import type { StepReport } from './step-report.ts';
import { UndoLog } from './undo-log.ts';
import { refuseWrapped } from './wrap-guard.ts';

/** Loss scaling for loops of one's own; `gradScaler` makes it and tells how to use it. */
export class GradScaler {
  readonly #options: GradScalerOptions;
  readonly #gradients = new ScalerGradients();
  readonly #counters = new SkipCounters();
  readonly #keys = new Map<Optimizer, string>();
  readonly #listeners = new StepListeners();
  /** Optimizers that stepped without a scale since the last update. */
  readonly #plain = new Set<Optimizer>();
  readonly #paths = new WeakMap<Optimizer, StepPath>();
  #started: ScaleRun | null = null;
  #guard: StepGuard = createStepGuard();
  #unscales = 0;
  #empty = false;

  constructor(options: GradScalerOptions) {
    scalerPolicy(options);
    this.#options = options;
  }

  /**
   * The true loss and the SCALED gradients of the trainable variables, `varList` only if given. Both are the caller's;
   * `unscale`, `accumulate`, `step` and `apply` take gradients over.
   */
  variableGrads(f: () => Scalar, varList?: readonly Variable[]): LossGradients {
    const { scale } = this.#startedBy({ call: 'scale' });
    const policy = scalerPolicy(this.#options);
    if (scale === null) return underPolicy(policy, () => lossGradients(f, varList, null));
    const pass: ForwardPass = { log: new UndoLog(), checks: new Set() };
    const result = pass.log.record(() => underPolicy(policy, () => lossGradients(f, varList, scale.scale)));
    this.#gradients.addScaled(Object.values(result.grads), pass);
    return result;
  }

  /** loss × scale in float32, differentiable; the caller's. For gradients taken with tfjs's own functions. */
  scale<T extends Tensor>(loss: T): T {
    const { scale } = this.#startedBy({ call: 'scale' });
    return scale === null ? loss.clone() : inFloat32(() => mul(loss, scale.scale));
  }

  /** Adds the scaled gradients of a micro-batch to those before, in float32. Takes both over, the sum is the caller's. */
  accumulate(total: NamedTensorMap | null, gradients: NamedTensorMap): NamedTensorMap {
    const sums: NamedTensorMap = { ...total };
    for (const { name, tensor } of presentGradients(gradientList(gradients))) {
      const before = sums[name];
      sums[name] = before === undefined ? tensor : inFloat32(() => this.#gradients.sum(name, before, tensor));
    }
    return sums;
  }

  /** Divides gradients by the scale and checks them, so that they can be looked at or changed. Takes them over, the result is the caller's. */
  unscale(gradients: GradientInput): NamedTensorMap {
    const { scale } = this.#startedBy(null);
    const list = gradientList(gradients);
    if (scale === null) return gradientMap(list);
    this.#unscales += 1;
    this.#call({ call: 'unscale', optimizer: `gradients ${this.#unscales}`, gradients: presentGradients(list).length });
    if (presentGradients(list).length === 0) return gradientMap(list);
    return gradientMap(
      withTensors(
        list,
        inFloat32(() => this.#gradients.unscale(list, scale)),
      ),
    );
  }

  /** One optimizer's update, unscaled first where that was not done; it takes place only if its gradients are finite. Takes the gradients over. */
  step(optimizer: Optimizer, gradients: GradientInput, options: ScalerStepOptions = {}): void {
    const { scale, status } = this.#startedBy(null);
    refuseWrapped(optimizer);
    checkClip(options);
    status.throwIfDue();
    const list = gradientList(gradients);
    if (presentGradients(list).length === 0) this.#noteEmpty();
    else if (scale === null) {
      this.#paths.set(
        optimizer,
        inFloat32(() => plainStep(optimizer, list, options)),
      );
      this.#plain.add(optimizer);
    } else inFloat32(() => this.#checkedStep(optimizer, { list, options, scale }));
  }

  /** `step` and `update` in one, for loops with a single optimizer. Takes the gradients over. */
  apply(optimizer: Optimizer, gradients: GradientInput, options: ScalerStepOptions = {}): void {
    this.step(optimizer, gradients, options);
    this.update();
  }

  /** Moves the scale by all gradients that were checked since the last update, or sets it. Call it once, after all optimizers have stepped. */
  update(newScale?: number): void {
    const run = this.#startedBy(null);
    const { scale } = run;
    if (scale === null) {
      run.noteStep([]);
      for (const optimizer of this.#plain) this.#listeners.tell({ optimizer, applied: null });
      this.#plain.clear();
      endStep(run);
      return;
    }
    if (newScale !== undefined) checkNewScale(newScale, run.machine);
    const emptyRound = this.#empty && !this.#gradients.round.checked && newScale === undefined;
    if (!emptyRound) this.#call(newScale === undefined ? { call: 'update' } : { call: 'update', newScale });
    inFloat32(() => this.#closeRound(run, { scale, newScale }));
    endStep(run);
  }

  /** How an optimizer's latest step was made: in a few dispatches, or op by op and why. `null` before its first. */
  stepPath(optimizer: Optimizer): StepPath | null {
    return this.#paths.get(optimizer) ?? null;
  }

  /**
   * Calls a listener at each `update()`, once for each optimizer that stepped, before anybody knows whether it was skipped: the
   * verdict is a tensor. Costs nothing by itself.
   *
   * @returns what takes the listener off again
   */
  afterStep(listener: StepListener): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * What a checkpoint taken now would lack, in words: a round without its `update()`, or steps that the host has not heard of, which
   * `await lossScaleState()` brings. `null` when there is nothing.
   */
  get unfinished(): string | null {
    if (this.#gradients.round.checked || this.#plain.size > 0) return 'a round without its update()';
    return this.#started?.unheard === true ? 'steps that the host has not heard of' : null;
  }

  /** What the last round did. Waits for the GPU. */
  lastStep(): Promise<StepReport> {
    return this.#startedBy(null).lastStep();
  }

  /** The state of the scale after the last update. Waits for the GPU. */
  lossScaleState(): Promise<LossScaleState> {
    return this.#startedBy(null).state();
  }

  /** The scale's part of a checkpoint, as far as the host knows: `await lossScaleState()` first to have it exact. */
  toJSON(): SavedLossScale {
    return this.#startedBy(null).saved();
  }

  /** Goes on from a saved scale. Gradients that carry the old one can no longer be used. */
  restore(saved: SavedLossScale): void {
    const run = this.#startedBy(null);
    run.restore(saved);
    this.#gradients.round.abandon();
    this.#gradients.nextRound();
    this.#guard = createStepGuard({ enabled: run.scale !== null });
  }

  /** Frees the scale; optimizers and gradients stay the caller's. */
  dispose(): void {
    this.#gradients.round.abandon();
    this.#gradients.nextRound();
    this.#counters.dispose();
    this.#started?.dispose();
    this.#started = null;
  }

  #startedBy(call: GuardedCall | null): ScaleRun {
    if (this.#started === null) {
      this.#started = startScaler(this.#options, this.#counters);
      this.#guard = createStepGuard({ enabled: this.#started.scale !== null });
    }
    if (call !== null) {
      this.#started.status.throwIfDue();
      this.#call(call);
    }
    return this.#started;
  }

  #call(call: GuardedCall): void {
    this.#guard = guardCall(this.#guard, call);
  }

  #checkedStep(
    optimizer: Optimizer,
    {
      list,
      options,
      scale,
    }: { readonly list: readonly NamedGradient[]; readonly options: ScalerStepOptions; readonly scale: ScaleOnDevice },
  ): void {
    const stage = this.#gradients.stageForStep(list, options.gradients);
    this.#call({ call: 'step', optimizer: this.#keyOf(optimizer), gradients: presentGradients(list).length });
    const round = { gradients: this.#gradients, options, skipAll: this.#options.skipAll === true };
    this.#paths.set(optimizer, checkedStep(optimizer, list, { ...round, stage, scale }));
    this.#gradients.spent(list);
  }

  #closeRound(run: ScaleRun, { scale, newScale }: { readonly scale: ScaleOnDevice; readonly newScale: number | undefined }): void {
    const verdict = this.#gradients.round.close({ skipAll: this.#options.skipAll === true });
    if (newScale !== undefined) scale.setScale(newScale);
    if (verdict !== null) {
      const { all, steps } = verdict;
      for (const { optimizer, finite } of steps) {
        this.#counters.count(optimizer, finite);
        this.#listeners.tell({ optimizer, applied: finite });
      }
      if (newScale === undefined) scale.advance({ finite: all.finite, applied: all.finite, firstBad: all.firstBad });
      dispose([all.finite, all.firstBad, ...steps.map(({ finite }) => finite)]);
      if (newScale === undefined) run.noteStep(all.names);
    }
    this.#gradients.nextRound();
    this.#empty = false;
  }

  #keyOf(optimizer: Optimizer): string {
    const key = this.#keys.get(optimizer) ?? `${optimizer.getClassName()} ${this.#keys.size + 1}`;
    this.#keys.set(optimizer, key);
    return key;
  }

  #noteEmpty(): void {
    this.#empty = true;
    this.#started?.noteEmpty();
  }
}

function checkNewScale(newScale: number, { kind, options }: ScaleRun['machine']): void {
  if (newScale >= options.minScale && newScale <= options.maxScale) return;
  throw new RangeError(
    `[optimizer] a scale that is set by hand must be from ${options.minScale} to ${options.maxScale} for this ${kind} loss scale, got ${String(newScale)}. ` +
      'Give one in that range, or widen minScale and maxScale.',
  );
}
