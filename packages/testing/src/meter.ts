import { meterCommands } from './meter/commands.ts';
import { meterMemory } from './meter/memory.ts';
import { meterPrograms } from './meter/programs.ts';
import { emptyCounts, type GpuReport } from './meter/report.ts';
import { createMeterState, createWrap, type GpuScope, type MeterState, prototypeOf } from './meter/state.ts';

export { formatReport, type GpuCounts, type GpuReport, type PipelineCounts } from './meter/report.ts';
export type { GpuScope } from './meter/state.ts';
export { installTensorflowMeter, type TensorflowMeter } from './meter/tensorflow.ts';
export type { TensorflowCounts, TensorflowOpCounts, TensorflowReport } from './meter/tensorflow-report.ts';

/** A running GPU meter. */
export interface GpuMeter {
  /** Starts a new span: counters to zero, the peak to what is live now. */
  reset(): void;
  /** Hands out the counters of the span so far. */
  report(): GpuReport;
  /** Runs `work` as one span and hands out its value with the span's report; what `work` submits but does not await still counts once it is asked for. */
  measure<T>(work: () => T | Promise<T>): Promise<{ readonly value: T; readonly report: GpuReport }>;
  /** Puts every method back as it was; a later `installGpuMeter` starts anew. */
  uninstall(): void;
}

const METER = Symbol.for('halftone/testing.meter');

/**
 * Counts what a WebGPU library asks of the GPU: dispatches, bytes bound, buffer bytes at peak, readbacks, pipelines.
 *
 * Nothing is timed, so the figures have no noise: they are the same on a CPU driver and on a real GPU for the same
 * library and features. It works with any library by wrapping the methods of the WebGPU classes, which it changes for
 * the whole process until `uninstall()`. A buffer lives until it or its device is destroyed; what the garbage collector
 * does is not counted, as that differs from run to run. Install it before the library makes its device: buffers from
 * before have no size.
 *
 * @param scope - holds `GPUDevice` and its fellows; the global scope unless set (in Node call `dawn()` first)
 * @returns the meter; a second call for the same classes returns the first meter
 * @throws Error if the scope has no `GPUDevice`
 *
 * @example
 * await dawn();
 * const meter = installGpuMeter();
 * const { report } = await meter.measure(() => undefined);
 * report.dispatches; // 0
 */
export function installGpuMeter(scope: GpuScope = globalThis as unknown as GpuScope): GpuMeter {
  const device = prototypeOf(scope, 'GPUDevice');
  if (device === undefined)
    throw new Error(
      '[testing] scope must hold the WebGPU classes, got one without GPUDevice. Call dawn() first, or run in a browser with WebGPU.',
    );
  const known: { [METER]?: GpuMeter } = device;
  return known[METER] ?? install(scope, device);
}

function install(scope: GpuScope, device: object): GpuMeter {
  const state = createMeterState();
  const undo: (() => void)[] = [];
  const wrap = createWrap(scope, undo);
  meterMemory(state, wrap);
  meterPrograms(state, wrap);
  meterCommands(state, wrap);
  const meter: GpuMeter = {
    reset() {
      state.counts = emptyCounts();
      state.pipelines = new Map();
      state.startBytes = state.peakBytes = state.liveBytes;
    },
    report: () => reportOf(state),
    async measure(work) {
      meter.reset();
      const value = await work();
      return { value, report: meter.report() };
    },
    uninstall() {
      for (const restore of undo.splice(0)) restore();
      Reflect.deleteProperty(device, METER);
    },
  };
  Object.defineProperty(device, METER, { value: meter, configurable: true });
  return meter;
}

function reportOf({ counts, pipelines, startBytes, liveBytes, peakBytes }: MeterState): GpuReport {
  const byBytes = [...pipelines].sort((a, b) => b[1].storageBytes - a[1].storageBytes);
  return {
    ...counts,
    bytesLiveStart: startBytes,
    bytesLiveEnd: liveBytes,
    bytesPeak: peakBytes,
    byPipeline: Object.fromEntries(byBytes.map(([label, row]) => [label, { ...row }])),
  };
}
