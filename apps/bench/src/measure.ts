import type { GpuReport } from '@halftone/testing/meter';
import { models } from './models/model-table.ts';
import type { StepSpec } from './step-spec.ts';
import type { Counted, StepCounters, Timed } from './step-result.ts';
import type { Subject } from './subject.ts';

/** Steps of one subject, one span of the meter each. */
interface Spans {
  readonly reports: readonly GpuReport[];
  readonly peakFromStart: number;
  readonly losses: readonly number[];
}

/**
 * Warms a subject up, counts some steps and takes the meter off again, so that it costs the timed steps nothing.
 *
 * Waits for the GPU once per step. To be called once for a subject.
 */
export async function count(spec: StepSpec, subject: Subject): Promise<Counted> {
  const { reports, peakFromStart, losses } = await meteredSteps(subject, spec.warmUp + spec.counted);
  subject.gpu?.check();
  subject.gpu?.meter.uninstall();
  const { item, items } = models[spec.model];
  const steady = reports.slice(spec.warmUp);
  return {
    device: subject.device,
    codec: subject.codec,
    optimizer: subject.optimizer,
    parameters: subject.parameters,
    versions: subject.versions,
    node: process.versions.node,
    item,
    items: items(spec.options),
    counters: countersOf(reports, steady),
    report: steady.at(-1) ?? null,
    peakBytesFromStart: subject.gpu === null ? null : peakFromStart,
    pipelinesBuilt: subject.gpu === null ? null : reports.reduce((sum, { pipelines }) => sum + pipelines, 0),
    deterministic: steady.every((report) => signature(report) === signature(steady[0])),
    losses: spec.countOnly ? null : losses.map(finite),
  };
}

/**
 * Times steps, each from the call to the arrival of its loss.
 *
 * @param steps - at least one
 */
export async function time(subject: Subject, steps: number): Promise<Timed> {
  const stepMs: number[] = [];
  const hostMs: number[] = [];
  const losses: (number | null)[] = [];
  for (let i = 0; i < steps; i += 1) {
    subject.gpu?.clock.start();
    const begin = performance.now();
    losses.push(finite(await subject.step()));
    const end = performance.now();
    stepMs.push(end - begin);
    hostMs.push((subject.gpu?.clock.readAt() ?? end) - begin);
  }
  subject.gpu?.check();
  return { stepMs, hostMs, losses };
}

async function meteredSteps({ gpu, step }: Subject, steps: number): Promise<Spans> {
  const reports: GpuReport[] = [];
  const losses: number[] = [];
  let peakFromStart = gpu?.meter.report().bytesPeak ?? 0;
  for (let i = 0; i < steps; i += 1) {
    if (gpu === null) {
      losses.push(await step());
      continue;
    }
    const { value, report } = await gpu.meter.measure(step);
    losses.push(value);
    reports.push(report);
    peakFromStart = Math.max(peakFromStart, report.bytesPeak);
  }
  return { reports, peakFromStart, losses };
}

function countersOf(all: readonly GpuReport[], steady: readonly GpuReport[]): StepCounters | null {
  const last = steady.at(-1);
  if (last === undefined) return null;
  return {
    dispatches: last.dispatches,
    storageBytesBound: last.storageBytesBound,
    peakBytes: Math.max(...steady.map(({ bytesPeak }) => bytesPeak)),
    readbacks: last.readbacks,
    submits: last.submits,
    pipelinesAfterWarmup: all.slice(2).reduce((sum, { pipelines }) => sum + pipelines, 0),
  };
}

const signature = (report: GpuReport | undefined): string =>
  report === undefined
    ? ''
    : [report.dispatches, report.storageBytesBound, report.bytesPeak, report.readbacks, report.submits, report.queueWrites].join();

const finite = (loss: number): number | null => (Number.isFinite(loss) ? loss : null);
