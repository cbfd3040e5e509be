import { emptyCounts, type GpuCounts, type GpuReport, type PipelineCounts } from './meter-report.ts';

export { formatReport, type GpuCounts, type GpuReport, type PipelineCounts } from './meter-report.ts';

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

/** Where the GPU classes are found: the global scope, or what the npm package `webgpu` exports as `globals`. */
export type GpuScope = Readonly<Record<string, unknown>>;

const METER = Symbol.for('halftone/testing.meter');
const MAP_READ = 1;
const UNIFORM = 0x40;
const STORAGE = 0x80;

type Method = (this: object, ...args: unknown[]) => unknown;
type Around = (call: () => unknown, args: readonly unknown[], self: object) => unknown;
interface BufferRecord {
  readonly size: number;
  readonly usage: number;
  readonly device: object;
}
interface PassRecord {
  label: string;
  readonly groups: ({ readonly storage: number; readonly uniform: number } | undefined)[];
}

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
  if (device === undefined) throw new Error('[testing] scope must hold the WebGPU classes, got one without GPUDevice. Call dawn() first, or run in a browser with WebGPU.');
  const known: { [METER]?: GpuMeter } = device;
  return known[METER] ?? install(scope, device);
}

function install(scope: GpuScope, device: object): GpuMeter {
  const buffers = new WeakMap<object, BufferRecord>();
  const alive = new Map<object, Set<BufferRecord>>(); // by device
  const groups = new WeakMap<object, { storage: number; uniform: number }>();
  const labels = new WeakMap<object, string>();
  const passes = new WeakMap<object, PassRecord>();
  const undo: (() => void)[] = [];
  let counts = emptyCounts();
  let pipelines = new Map<string, PipelineCounts>();
  let live = 0;
  let peak = 0;
  let start = 0;

  const wrap = (className: string, name: string, around: Around): void => {
    const prototype = prototypeOf(scope, className);
    const original = prototype?.[name];
    if (prototype === undefined || typeof original !== 'function') return;
    const replacement: Method = function (...args) {
      return around(() => (original as Method).apply(this, args), args, this);
    };
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    Object.defineProperty(prototype, name, { ...descriptor, value: replacement });
    undo.push(() => Object.defineProperty(prototype, name, descriptor ?? { value: original, configurable: true, writable: true }));
  };
  const release = (record: BufferRecord): void => {
    if (alive.get(record.device)?.delete(record) !== true) return;
    live -= record.size;
    counts.buffersDestroyed++;
  };
  const passOf = (pass: object): PassRecord => {
    const known = passes.get(pass);
    if (known !== undefined) return known;
    const fresh: PassRecord = { label: 'unnamed', groups: [] };
    passes.set(pass, fresh);
    return fresh;
  };
  const dispatched = (pass: object): void => {
    const { label, groups: bound } = passOf(pass);
    const row = pipelines.get(label) ?? { dispatches: 0, storageBytes: 0 };
    for (const group of bound) {
      counts.storageBytesBound += group?.storage ?? 0;
      counts.uniformBytesBound += group?.uniform ?? 0;
      row.storageBytes += group?.storage ?? 0;
    }
    row.dispatches++;
    counts.dispatches++;
    pipelines.set(label, row);
  };

  wrapMemory();
  wrapPrograms();
  wrapCommands();

  function wrapMemory(): void {
    wrap('GPUDevice', 'createBuffer', (call, [argument], self) => {
      const buffer = call() as object;
      const descriptor = argument as GPUBufferDescriptor;
      const record: BufferRecord = { size: Number(descriptor.size), usage: descriptor.usage, device: self };
      buffers.set(buffer, record);
      const set = alive.get(self) ?? new Set();
      alive.set(self, set.add(record));
      counts.buffersCreated++;
      counts.bytesCreated += record.size;
      if (descriptor.mappedAtCreation === true) counts.mappedAtCreationBytes += record.size;
      live += record.size;
      peak = Math.max(peak, live);
      return buffer;
    });
    wrap('GPUBuffer', 'destroy', (call, _args, self) => {
      const record = buffers.get(self);
      if (record !== undefined) release(record);
      return call();
    });
    wrap('GPUDevice', 'destroy', (call, _args, self) => {
      for (const record of alive.get(self) ?? []) release(record);
      alive.delete(self);
      return call();
    });
    wrap('GPUBuffer', 'mapAsync', (call, [mode, offset, size], self) => {
      if ((Number(mode) & MAP_READ) !== 0) {
        counts.readbacks++;
        counts.readbackBytes += Number(size ?? (buffers.get(self)?.size ?? 0) - Number(offset ?? 0));
      }
      return call();
    });
  }

  function wrapPrograms(): void {
    wrap('GPUDevice', 'createShaderModule', (call, [argument]) => {
      const { code } = argument as GPUShaderModuleDescriptor;
      counts.shaderModules++;
      if (/^\s*enable\s[^;]*\bf16\b/m.test(code)) counts.shaderModulesF16++;
      return call();
    });
    const named = (pipeline: object, argument: unknown): object => {
      const { label, compute } = argument as GPUComputePipelineDescriptor;
      labels.set(pipeline, label || compute.entryPoint || 'unnamed');
      return pipeline;
    };
    wrap('GPUDevice', 'createComputePipeline', (call, [argument]) => {
      counts.pipelines++;
      return named(call() as object, argument);
    });
    wrap('GPUDevice', 'createComputePipelineAsync', (call, [argument]) => {
      counts.pipelines++;
      return (call() as Promise<object>).then((pipeline) => named(pipeline, argument));
    });
    wrap('GPUDevice', 'createBindGroup', (call, [argument]) => {
      const group = call() as object;
      const bytes = { storage: 0, uniform: 0 };
      for (const { resource } of (argument as GPUBindGroupDescriptor).entries) {
        const binding = resource as Partial<GPUBufferBinding>;
        const record = buffers.get(binding.buffer ?? resource);
        if (record === undefined) continue; // a texture, a sampler, or a buffer made before the meter
        const size = binding.buffer === undefined ? record.size : (binding.size ?? record.size - (binding.offset ?? 0));
        if ((record.usage & STORAGE) !== 0) bytes.storage += size;
        else if ((record.usage & UNIFORM) !== 0) bytes.uniform += size;
      }
      groups.set(group, bytes);
      counts.bindGroups++;
      return group;
    });
  }

  function wrapCommands(): void {
    wrap('GPUCommandEncoder', 'beginComputePass', (call) => {
      counts.passes++;
      return call();
    });
    wrap('GPUCommandEncoder', 'copyBufferToBuffer', (call, args) => {
      const long = typeof args[1] === 'number'; // (from, offset, to, offset, size) or (from, to, size)
      const size = long ? args[4] : args[2];
      counts.copies++;
      counts.copyBytes += Number(size ?? (buffers.get(args[0] as object)?.size ?? 0) - (long ? Number(args[1]) : 0));
      return call();
    });
    wrap('GPUComputePassEncoder', 'setPipeline', (call, [pipeline], self) => {
      passOf(self).label = labels.get(pipeline as object) ?? 'unnamed';
      return call();
    });
    wrap('GPUComputePassEncoder', 'setBindGroup', (call, [index, group], self) => {
      passOf(self).groups[Number(index)] = group ? groups.get(group as object) : undefined;
      return call();
    });
    wrap('GPUComputePassEncoder', 'dispatchWorkgroups', (call, [x, y = 1, z = 1], self) => {
      dispatched(self);
      counts.workgroups += Number(x) * Number(y) * Number(z);
      return call();
    });
    wrap('GPUComputePassEncoder', 'dispatchWorkgroupsIndirect', (call, _args, self) => {
      dispatched(self);
      counts.indirectDispatches++;
      return call();
    });
    wrap('GPUQueue', 'submit', (call, [list]) => {
      counts.submits++;
      counts.commandBuffers += (list as readonly unknown[]).length;
      return call();
    });
    wrap('GPUQueue', 'writeBuffer', (call, [, , data, offset, size]) => {
      const source = data as ArrayBuffer | Uint8Array;
      const unit = 'BYTES_PER_ELEMENT' in source ? source.BYTES_PER_ELEMENT : 1;
      counts.queueWrites++;
      counts.queueWriteBytes += size === undefined ? source.byteLength - Number(offset ?? 0) * unit : Number(size) * unit;
      return call();
    });
    wrap('GPUQueue', 'onSubmittedWorkDone', (call) => {
      counts.workDoneWaits++;
      return call();
    });
  }

  const meter: GpuMeter = {
    reset() {
      counts = emptyCounts();
      pipelines = new Map();
      start = peak = live;
    },
    report: () => ({
      ...counts,
      bytesLiveStart: start,
      bytesLiveEnd: live,
      bytesPeak: peak,
      byPipeline: Object.fromEntries([...pipelines].sort((a, b) => b[1].storageBytes - a[1].storageBytes).map(([label, row]) => [label, { ...row }])),
    }),
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

function prototypeOf(scope: GpuScope, className: string): Record<string, unknown> | undefined {
  const found = scope[className];
  return typeof found === 'function' ? (found.prototype as Record<string, unknown>) : undefined;
}
