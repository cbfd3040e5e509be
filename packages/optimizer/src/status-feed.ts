import type { Tensor } from '@tensorflow/tfjs-core';
import type { LossScale, LossScaleState } from '@halftone/loss-scale';
import { lossScaleVerdict } from '@halftone/loss-scale';
import { STATE_SIZE, unpack } from './scale-on-device.ts';
import type { StepReport } from './step-report.ts';
import { stepReport } from './step-report.ts';

/** Which step a copy belongs to. */
export interface CopyContext {
  /** Attempted steps in all, those before a restore included. */
  readonly attempts: number;
  /** The variables of the step, in the order in which their gradients were checked. */
  readonly names: readonly string[];
}

/** What a copy brought. */
export interface Arrival {
  readonly report: StepReport;
  /** Skipped steps that the host did not know of. */
  readonly newlySkipped: number;
  /** Numbers that were packed behind the state of the scale. */
  readonly extra: readonly number[];
}

/**
 * What the host knows of the scale on the device: late, but without ever making a step wait.
 *
 * Copies are asynchronous. When one arrives, a scale below 1 is warned of once, and what cannot go on (too many skips in
 * a row, a copy that failed, an `onStep` that threw) is kept for the next call to throw.
 */
export class StatusFeed {
  readonly #machine: LossScale;
  readonly #onArrival: (arrival: Arrival) => void;
  #known: LossScaleState;
  #attempts: number;
  #failure: unknown = null;
  #warned = false;
  #copying = false;

  constructor(machine: LossScale, onArrival: (arrival: Arrival) => void) {
    this.#machine = machine;
    this.#onArrival = onArrival;
    this.#known = machine.init();
    this.#attempts = 0;
  }

  /** The newest state that arrived. */
  get known(): LossScaleState {
    return this.#known;
  }

  /** How many attempted steps the newest state covers. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Whether a copy is under way. */
  get copying(): boolean {
    return this.#copying;
  }

  /** Takes a state from outside and forgets failures: training may go on from it. */
  reset(state: LossScaleState): void {
    this.#known = state;
    this.#attempts = state.applied + state.skipped;
    this.#failure = null;
    this.#warned = false;
  }

  /** Throws what an earlier step turned out to deserve. Synchronous, reads nothing. */
  throwIfDue(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Starts a copy of `packed`, which this takes over, and resolves with the report when it has arrived. Waits for the GPU. */
  async copy(packed: Tensor, { attempts, names }: CopyContext): Promise<StepReport> {
    this.#copying = true;
    try {
      const values = await packed.data();
      const { firstBad, ...device } = unpack(values);
      const state = { ...device, applied: attempts - device.skipped };
      const report = stepReport(state, { step: attempts, firstBad, names });
      if (attempts >= this.#attempts) this.#arrive(state, { report, extra: Array.from(values).slice(STATE_SIZE) });
      return report;
    } catch (cause) {
      this.#failure ??= new Error(
        `[optimizer] the state of the loss scale could not be copied from the device, got ${cause instanceof Error ? cause.message : String(cause)}. ` +
          'If the device was lost, register the backend again and put back a snapshot() of the variables.',
        { cause },
      );
      throw this.#failure;
    } finally {
      this.#copying = false;
      packed.dispose();
    }
  }

  #arrive(state: LossScaleState, { report, extra }: Pick<Arrival, 'report' | 'extra'>): void {
    const newlySkipped = state.skipped - this.#known.skipped;
    this.#known = state;
    this.#attempts = report.step;
    this.#judge(state, report);
    try {
      this.#onArrival({ report, newlySkipped, extra });
    } catch (error) {
      this.#failure ??= error;
    }
  }

  #judge(state: LossScaleState, { firstNonFinite }: StepReport): void {
    const verdict = lossScaleVerdict(this.#machine, state, firstNonFinite === null ? {} : { firstBad: firstNonFinite });
    if (verdict.status === 'give-up') this.#failure ??= new Error(verdict.message);
    if (verdict.status === 'warn' && !this.#warned) console.warn(verdict.message);
    this.#warned = verdict.status === 'warn';
  }
}
