import type { Tensor } from '@tensorflow/tfjs-core';
import { concat, keep, tidy } from '@tensorflow/tfjs-core';
import type { LossScale, LossScaleState } from '@halftone/loss-scale';
import { DeviceScale } from './device-scale.ts';
import { FusedScale } from './fused-scale.ts';
import { currentPlugin } from './precision.ts';
import type { ScaleOnDevice } from './scale-on-device.ts';
import type { Arrival } from './status-feed.ts';
import { StatusFeed } from './status-feed.ts';
import type { StepOutcome, StepReport } from './step-report.ts';
import { stepReport } from './step-report.ts';

/** The scale's part of a checkpoint; plain JSON. The optimizer's slots are in its `getWeights()`. */
export interface SavedLossScale {
  readonly version: 1;
  readonly kind: LossScale['kind'];
  readonly state: LossScaleState;
}

interface RunOptions {
  readonly statusEvery: number;
  readonly onArrival: (arrival: Arrival) => void;
  /** Tensors `[1]` to copy along with the scale. */
  readonly extra?: () => readonly Tensor[];
}

/** A scale on its way through a training run: the device's part, the host's late copy of it, and the count of steps. */
export class ScaleRun {
  readonly machine: LossScale;
  /** `null` where nothing is scaled; then nothing is checked and every step counts as applied. */
  readonly scale: ScaleOnDevice | null;
  readonly status: StatusFeed;
  readonly #options: RunOptions;
  #attempts = 0;
  #names: readonly string[] = [];
  #outcome: Exclude<StepOutcome, 'applied' | 'non-finite'> | null = 'none-yet';

  constructor(machine: LossScale, options: RunOptions) {
    this.machine = machine;
    this.scale = machine.kind === 'none' ? null : onDevice(machine);
    this.status = new StatusFeed(machine, options.onArrival);
    this.#options = options;
  }

  /** Applied steps as far as the host knows: those that it has not heard of yet count as applied. */
  get appliedSteps(): number {
    return this.scale === null ? this.#attempts : this.status.known.applied + this.#attempts - this.status.attempts;
  }

  /** Whether steps were taken that the host's copy of the scale does not cover. */
  get unheard(): boolean {
    return this.scale !== null && this.status.attempts !== this.#attempts;
  }

  /** Notes a step that had no gradients; it is no attempt. */
  noteEmpty(): void {
    this.#outcome = 'no-gradients';
  }

  /** Notes an attempted step. */
  noteStep(names: readonly string[]): void {
    this.#attempts += 1;
    this.#names = names;
    this.#outcome = null;
  }

  /** Starts a copy when one is due; after the step has let go of its gradients, since a copy runs what was put off. Never waits. */
  copyWhenDue(): void {
    if (this.scale === null || this.status.copying || this.#attempts - this.status.attempts < this.#options.statusEvery) return;
    this.#copy(this.scale).catch(() => undefined); // kept by the status, thrown by the next call
  }

  /** Waits for the GPU. */
  async lastStep(): Promise<StepReport> {
    const [outcome, step, names] = [this.#outcome, this.#attempts, this.#names];
    const report = this.scale === null ? stepReport(this.#counted(), { step, firstBad: -1, names }) : await this.#copy(this.scale);
    return outcome === null ? report : { ...report, applied: false, foundNonFinite: false, firstNonFinite: null, outcome };
  }

  /** Waits for the GPU. */
  async state(): Promise<LossScaleState> {
    if (this.scale === null) return this.#counted();
    await this.#copy(this.scale);
    return this.status.known;
  }

  /** As far as the host knows. */
  saved(): SavedLossScale {
    return { version: 1, kind: this.machine.kind, state: this.scale === null ? this.#counted() : this.status.known };
  }

  /** Goes on from a saved state and forgets an error that was due. */
  restore(saved: SavedLossScale): void {
    if (saved?.version !== 1) {
      throw new RangeError(`[optimizer] a saved loss scale must have version 1, got ${String(saved?.version)}. Pass what toJSON() gave.`);
    }
    const state = this.machine.restore({ kind: saved.kind, ...saved.state });
    this.scale?.restore(state);
    this.status.reset(state);
    this.#attempts = state.applied + state.skipped;
    this.#outcome = 'none-yet';
  }

  dispose(): void {
    this.scale?.dispose();
  }

  #copy(scale: ScaleOnDevice): Promise<StepReport> {
    const packed = keep(tidy(() => concat([scale.pack(), ...(this.#options.extra?.() ?? [])])));
    return this.status.copy(packed, { attempts: this.#attempts, names: this.#names });
  }

  #counted(): LossScaleState {
    return { scale: 1, goodSteps: this.#attempts, skippedInRow: 0, skipped: 0, applied: this.#attempts };
  }
}

/** A step is over: the backend may run what it put off, and the host may ask for a copy. */
export function endStep(run: ScaleRun): void {
  currentPlugin()?.endStep?.();
  run.copyWhenDue();
}

/** One tensor that fused steps move, where the current backend has them; else one for each number. */
function onDevice(machine: LossScale): ScaleOnDevice {
  const fused = currentPlugin()?.fusedOptimizer;
  return fused === undefined ? new DeviceScale(machine) : new FusedScale(machine, fused);
}
