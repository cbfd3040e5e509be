import type { RunMeter, StepSpan } from './run-meter.ts';
import type { RunCounters } from './run-result.ts';

/** Which steps are counted, from 0: late enough that every pipeline and pooled buffer exists. */
const COUNTED_FROM = 6;
const COUNTED_STEPS = 3;

/** Follows a run with a meter: the counters of a few steady steps, and the peak over everything. */
export class RunCounting {
  readonly #meter: RunMeter | undefined;
  readonly #steady: StepSpan[] = [];
  #peakBytes = 0;
  #latePipelines: number | null = null;

  /** @param meter - absent where nothing can be counted */
  constructor(meter: RunMeter | undefined) {
    this.#meter = meter;
  }

  /** Runs one training step as a span of its own. */
  async step<T>(index: number, work: () => Promise<T>): Promise<T> {
    if (this.#meter === undefined) return work();
    this.#keepPeak();
    const { value, span } = await this.#meter.measure(work);
    if (span.pipelines !== null) this.#latePipelines = (this.#latePipelines ?? 0) + (index >= 2 ? span.pipelines : 0);
    if (index >= COUNTED_FROM && index < COUNTED_FROM + COUNTED_STEPS) this.#steady.push(span);
    else if (this.#steady.length === 0 || index < COUNTED_FROM) this.#steady.splice(0, this.#steady.length, span);
    return value;
  }

  /** The highest sum of live bytes so far. */
  peakBytes(): number {
    this.#keepPeak();
    return this.#peakBytes;
  }

  /** What is reported, or `null` where nothing was counted. */
  counters(trainPeakBytes: number): RunCounters | null {
    const last = this.#steady.at(-1);
    if (last === undefined) return null;
    const { dispatches, ops, storageBytesBound, readbacks } = last;
    const same = (span: StepSpan): boolean =>
      span.dispatches === dispatches && span.ops === ops && span.storageBytesBound === storageBytesBound && span.readbacks === readbacks;
    return {
      peakBytes: this.peakBytes(),
      trainPeakBytes,
      dispatches,
      ops,
      storageBytesBound,
      readbacks,
      latePipelines: this.#latePipelines,
      deterministic: this.#steady.every(same),
    };
  }

  /** A span starts its peak anew, so what was reached before is kept first. */
  #keepPeak(): void {
    this.#peakBytes = Math.max(this.#peakBytes, this.#meter?.peakBytes() ?? 0);
  }
}
