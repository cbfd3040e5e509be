import { emptyCounts, type GpuCounts, type PipelineCounts } from './report.ts';

/** Where the GPU classes are found: the global scope, or what the npm package `webgpu` exports as `globals`. */
export type GpuScope = Readonly<Record<string, unknown>>;

/** A buffer as the meter sees it. */
export interface BufferRecord {
  readonly size: number;
  readonly usage: number;
  readonly device: object;
}

/** Bytes that a bind group binds. */
export interface BoundBytes {
  storage: number;
  uniform: number;
}

/** What a compute pass has set so far. */
export interface PassRecord {
  label: string;
  readonly groups: (BoundBytes | undefined)[];
}

/** The running figures of one meter, and what it knows of the objects it has seen. */
export interface MeterState {
  counts: GpuCounts;
  pipelines: Map<string, PipelineCounts>;
  liveBytes: number;
  peakBytes: number;
  startBytes: number;
  readonly buffers: WeakMap<object, BufferRecord>;
  /** Live buffers by device. */
  readonly alive: Map<object, Set<BufferRecord>>;
  readonly groups: WeakMap<object, BoundBytes>;
  readonly labels: WeakMap<object, string>;
  readonly passes: WeakMap<object, PassRecord>;
}

/** What a wrapper does around a call: `call()` runs the original on the same object with the same arguments. */
export type Around = (call: () => unknown, args: readonly unknown[], self: object) => unknown;

/** Wraps one method of one GPU class. */
export type Wrap = (className: string, method: string, around: Around) => void;

type Method = (this: object, ...args: unknown[]) => unknown;

/** Makes a meter's state before anything was seen. */
export function createMeterState(): MeterState {
  return {
    counts: emptyCounts(),
    pipelines: new Map(),
    liveBytes: 0,
    peakBytes: 0,
    startBytes: 0,
    buffers: new WeakMap(),
    alive: new Map(),
    groups: new WeakMap(),
    labels: new WeakMap(),
    passes: new WeakMap(),
  };
}

/** Makes a function that wraps methods of the classes in `scope` and notes in `undo` how to put them back. */
export function createWrap(scope: GpuScope, undo: (() => void)[]): Wrap {
  return (className, method, around) => {
    const prototype = prototypeOf(scope, className);
    const original = prototype?.[method];
    if (prototype === undefined || typeof original !== 'function') return;
    const replacement: Method = function (...args) {
      return around(() => (original as Method).apply(this, args), args, this);
    };
    const descriptor = Object.getOwnPropertyDescriptor(prototype, method) ?? { value: original, configurable: true, writable: true };
    Object.defineProperty(prototype, method, { ...descriptor, value: replacement });
    undo.push(() => Object.defineProperty(prototype, method, descriptor));
  };
}

/** The prototype of a class in a scope, if there is such a class. */
export function prototypeOf(scope: GpuScope, className: string): Record<string, unknown> | undefined {
  const found = scope[className];
  return typeof found === 'function' ? (found.prototype as Record<string, unknown>) : undefined;
}
