import type { GpuMeter, GpuReport } from '@halftone/testing/meter';
import type { RunCounters } from './run-result.ts';

/** Which steps are counted, from 0: late enough that every pipeline and pooled buffer exists. */
const COUNTED_FROM = 6;
const COUNTED_STEPS = 3;

/** Follows a run with the GPU meter: the counters of a few steady steps, and the peak over everything. */
export class RunCounting {
  readonly #meter: GpuMeter | undefined;
  readonly #steady: GpuReport[] = [];
  #peakBytes = 0;
  #latePipelines = 0;

  /** @param meter - absent where no GPU takes part: then nothing is counted */
  constructor(meter: GpuMeter | undefined) {
    this.#meter = meter;
  }

  /** Runs one training step as a span of its own. */
  async step<T>(index: number, work: () => Promise<T>): Promise<T> {
    if (this.#meter === undefined) return work();
    this.#keepPeak();
    const { value, report } = await this.#meter.measure(work);
    if (index >= 2) this.#latePipelines += report.pipelines;
    if (index >= COUNTED_FROM && index < COUNTED_FROM + COUNTED_STEPS) this.#steady.push(report);
    else if (this.#steady.length === 0 || index < COUNTED_FROM) this.#steady.splice(0, this.#steady.length, report);
    return value;
  }

  /** The highest sum of live buffers so far. */
  peakBytes(): number {
    this.#keepPeak();
    return this.#peakBytes;
  }

  /** What is reported, or `null` where nothing was counted. */
  counters(trainPeakBytes: number): RunCounters | null {
    const last = this.#steady.at(-1);
    if (last === undefined) return null;
    const { dispatches, storageBytesBound, readbacks } = last;
    const same = (report: GpuReport): boolean =>
      report.dispatches === dispatches && report.storageBytesBound === storageBytesBound && report.readbacks === readbacks;
    return {
      peakBytes: this.peakBytes(),
      trainPeakBytes,
      dispatches,
      storageBytesBound,
      readbacks,
      latePipelines: this.#latePipelines,
      deterministic: this.#steady.every(same),
    };
  }

  /** A span starts its peak anew, so what was reached before is kept first. */
  #keepPeak(): void {
    this.#peakBytes = Math.max(this.#peakBytes, this.#meter?.report().bytesPeak ?? 0);
  }
}
