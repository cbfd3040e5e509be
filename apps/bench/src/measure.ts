import type { GpuReport, TensorflowReport } from '@halftone/testing/meter';
import { models } from './models/model-table.ts';
import type { StepSpec } from './step-spec.ts';
import type { Counted, StepCounters, TensorflowCounters, Timed } from './step-result.ts';
import type { Subject } from './subject.ts';

/** Steps of one subject, one span of the meter each. */
interface Spans<Report> {
  readonly reports: readonly Report[];
  readonly peakFromStart: number;
  readonly losses: readonly number[];
}

/** What the two meters have in common. */
interface Meter<Report> {
  measure(work: () => Promise<number>): Promise<{ readonly value: number; readonly report: Report }>;
  report(): Report;
  uninstall(): void;
}

/**
 * Warms a subject up, counts some steps and takes the meter off again, so that it costs the timed steps nothing.
 *
 * Waits for the device once per step. To be called once for a subject.
 */
export async function count(spec: StepSpec, subject: Subject): Promise<Counted> {
  const { item, items } = models[spec.model];
  const { device, codec, optimizer, parameters, versions } = subject;
  const facts = { device, codec, optimizer, parameters, versions, node: process.versions.node, item, items: items(spec.options) };
  const nothing = { counters: null, report: null, tensorflow: null, peakBytesFromStart: null, pipelinesBuilt: null, deterministic: true };
  if (subject.tensorflow !== null) {
    const { reports, peakFromStart, losses } = await meteredSteps(subject.tensorflow.meter, subject, spec);
    const steady = reports.slice(spec.warmUp);
    const tensorflow = tensorflowCounters(steady);
    const deterministic = steady.every((report) => tensorflowSignature(report) === tensorflowSignature(steady[0]));
    return { ...facts, ...nothing, tensorflow, peakBytesFromStart: peakFromStart, deterministic, losses: losses.map(finite) };
  }
  const { reports, peakFromStart, losses } = await meteredSteps(subject.gpu?.meter ?? null, subject, spec);
  subject.gpu?.check();
  const told = { ...facts, losses: spec.countOnly ? null : losses.map(finite) };
  if (subject.gpu === null) return { ...told, ...nothing };
  const steady = reports.slice(spec.warmUp);
  return {
    ...told,
    tensorflow: null,
    counters: countersOf(reports, steady),
    report: steady.at(-1) ?? null,
    peakBytesFromStart: peakFromStart,
    pipelinesBuilt: reports.reduce((sum, { pipelines }) => sum + pipelines, 0),
    deterministic: steady.every((report) => signature(report) === signature(steady[0])),
  };
}

/**
 * Times steps, each from the call to the arrival of its loss.
 *
 * @param steps - at least one
 */
export async function time(subject: Subject, steps: number): Promise<Timed> {
  const clock = (subject.gpu ?? subject.tensorflow)?.clock;
  const stepMs: number[] = [];
  const hostMs: number[] = [];
  const losses: (number | null)[] = [];
  for (let i = 0; i < steps; i += 1) {
    clock?.start();
    const begin = performance.now();
    losses.push(finite(await subject.step()));
    const end = performance.now();
    stepMs.push(end - begin);
    hostMs.push((clock?.readAt() ?? end) - begin);
  }
  subject.gpu?.check();
  return { stepMs, hostMs, losses };
}

/** One span a step; the meter is off afterwards. */
async function meteredSteps<Report extends { readonly bytesPeak: number }>(
  meter: Meter<Report> | null,
  { step }: Subject,
  { warmUp, counted }: StepSpec,
): Promise<Spans<Report>> {
  const reports: Report[] = [];
  const losses: number[] = [];
  let peakFromStart = meter?.report().bytesPeak ?? 0;
  for (let i = 0; i < warmUp + counted; i += 1) {
    if (meter === null) {
      losses.push(await step());
      continue;
    }
    const { value, report } = await meter.measure(step);
    losses.push(value);
    reports.push(report);
    peakFromStart = Math.max(peakFromStart, report.bytesPeak);
  }
  meter?.uninstall();
  return { reports, peakFromStart, losses };
}

function tensorflowCounters(steady: readonly TensorflowReport[]): TensorflowCounters | null {
  const last = steady.at(-1);
  if (last === undefined) return null;
  const { ops, operandBytes, readbacks, uploads, castsDown, castsUp, byOp } = last;
  return {
    ops,
    operandBytes,
    peakBytes: Math.max(...steady.map(({ bytesPeak }) => bytesPeak)),
    readbacks,
    uploads,
    castsDown,
    castsUp,
    byOp,
  };
}

const tensorflowSignature = (report: TensorflowReport | undefined): string =>
  report === undefined
    ? ''
    : [report.ops, report.operandBytes, report.bytesPeak, report.readbacks, report.uploads, report.castsDown, report.castsUp].join();

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
