import type { GpuMeter } from '@halftone/testing/meter';

/** What one training step asked of a GPU or of TensorFlow; `null` is what it does not have. */
export interface StepSpan {
  readonly dispatches: number | null;
  readonly ops: number | null;
  readonly storageBytesBound: number;
  readonly readbacks: number;
  readonly pipelines: number | null;
  /** Highest sum of live bytes. */
  readonly peakBytes: number;
}

/** Counts steps of a run, whatever it runs on. */
export interface RunMeter {
  /** Runs `work` as a span of its own, whose peak starts anew. */
  measure<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly span: StepSpan }>;
  /** Highest sum of live bytes since the last span began. */
  peakBytes(): number;
}

/** The GPU meter as meter of a run. */
export function gpuRunMeter(meter: GpuMeter): RunMeter {
  return {
    async measure(work) {
      const { value, report } = await meter.measure(work);
      const { dispatches, storageBytesBound, readbacks, pipelines, bytesPeak } = report;
      return { value, span: { dispatches, ops: null, storageBytesBound, readbacks, pipelines, peakBytes: bytesPeak } };
    },
    peakBytes: () => meter.report().bytesPeak,
  };
}
