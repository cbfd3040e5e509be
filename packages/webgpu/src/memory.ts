import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { internalsOf, poolOf } from './internals.ts';

/** What the device holds for this backend, in bytes of its GPUBuffers. */
export interface DeviceBytes {
  /** In use by tensors, uniforms and staging. */
  readonly physicalBytes: number;
  /** In the pool, waiting to be used again; `trim()` gives them back. */
  readonly cachedBytes: number;
  /** The highest sum of both since the start or the last `resetPeak()`. */
  readonly peakBytes: number;
}

/** Watches tfjs's buffer pool: counts the peak and keeps the pool below a cap. */
export interface MemoryLedger {
  bytes(): DeviceBytes;
  resetPeak(): void;
  /** Destroys the pooled buffers; returns how many bytes went back to the device. */
  trim(): number;
  /** Throws if `bytes` more cannot be had beside `waiting` bytes that recorded work will ask for; `makeRoom` is called before it gives up. */
  expect(bytes: number, waiting: number, makeRoom: () => void): void;
  /** A buffer of the plug-in's own, for uniforms: cache, not data of the user's. */
  acquireCached(bytes: number, usage: number): GPUBuffer;
  releaseCached(buffer: GPUBuffer): void;
  /** The pooled buffer that the next acquisition gets if it is free and of that size; else it gets the oldest. */
  prefer(buffer: GPUBuffer | undefined): void;
  /** Counts one run of recorded work, and destroys pooled buffers that were not in use for more than `runs` of them. */
  age(runs: number): void;
}

/** Thrown when the device or the cap has no room; nothing was changed. */
export class DeviceMemoryError extends Error {
  override readonly name: string = 'DeviceMemoryError';
  /** Live buffers by size, largest sum first. */
  readonly table: readonly { readonly bytes: number; readonly count: number }[];

  constructor(message: string, table: DeviceMemoryError['table']) {
    super(message);
    this.table = table;
  }
}

/** Puts the ledger on a backend's pool. `maxBytes` caps live and pooled buffers together. */
export function keepLedger(backend: WebGPUBackend, maxBytes: number): MemoryLedger {
  const manager = backend.bufferManager;
  const pool = poolOf(backend);
  const acquire = manager.acquireBuffer.bind(manager);
  const { maxBufferSize, maxStorageBufferBindingSize } = backend.device.limits;
  const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const ages = new WeakMap<GPUBuffer, number>();
  let now = 0;
  let peakBytes = 0;
  let cached = 0;
  let preferred: GPUBuffer | undefined;

  const destroyFree = (isDue: (buffer: GPUBuffer) => boolean): number => {
    let freed = 0;
    for (const [key, buffers] of pool.freeBuffers) {
      const due = buffers.filter(isDue);
      if (due.length === 0) continue;
      pool.freeBuffers.set(
        key,
        buffers.filter((buffer) => !due.includes(buffer)),
      );
      for (const buffer of due) {
        freed += buffer.size;
        pool.numFreeBuffers--;
        buffer.destroy();
      }
    }
    manager.numBytesAllocated -= freed;
    return freed;
  };

  const trim = (): number => {
    if (internalsOf(backend).commandEncoder !== null) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
    return destroyFree(() => true);
  };

  manager.acquireBuffer = (size, usage, mappedAtCreation, reuse) => {
    if (size > largest) throw tooLarge(size, largest);
    const pooled = reuse !== false && (pool.freeBuffers.get(`${size}_${usage}`)?.length ?? 0) > 0;
    if (!pooled && manager.numBytesAllocated + size > maxBytes) {
      trim();
      if (manager.numBytesAllocated + size > maxBytes) throw outOfMemory(size, maxBytes, manager.numBytesAllocated, pool.usedBuffers);
    }
    if (pooled) bestLast(pool.freeBuffers.get(`${size}_${usage}`) ?? [], preferred);
    preferred = undefined;
    const buffer = acquire(size, usage, mappedAtCreation, reuse);
    peakBytes = Math.max(peakBytes, manager.numBytesAllocated);
    return buffer;
  };

  const release = manager.releaseBuffer.bind(manager);
  manager.releaseBuffer = (buffer, reuse) => {
    ages.set(buffer, now);
    release(buffer, reuse);
  };

  return {
    prefer: (buffer) => {
      preferred = buffer;
    },
    age: (runs) => {
      now++;
      destroyFree((buffer) => now - (ages.get(buffer) ?? now) > runs);
    },
    expect: (bytes, waiting, makeRoom) => {
      if (bytes > largest) throw tooLarge(bytes, largest);
      if (manager.numBytesUsed + waiting + bytes <= maxBytes) return;
      makeRoom();
      if (manager.numBytesUsed + bytes > maxBytes) throw outOfMemory(bytes, maxBytes, manager.numBytesUsed, pool.usedBuffers);
    },
    acquireCached: (bytes, usage) => {
      const buffer = manager.acquireBuffer(bytes, usage);
      cached += bytes;
      return buffer;
    },
    releaseCached: (buffer) => {
      cached -= buffer.size;
      manager.releaseBuffer(buffer);
    },
    bytes: () => {
      const physicalBytes = manager.numBytesUsed - cached;
      return { physicalBytes, cachedBytes: manager.numBytesAllocated - physicalBytes, peakBytes };
    },
    resetPeak: () => {
      peakBytes = manager.numBytesAllocated;
    },
    trim,
  };
}

const births = new WeakMap<GPUBuffer, number>();
let born = 0;

/** A number for each buffer, in the order in which they were first seen. */
export function bufferId(buffer: GPUBuffer): number {
  const known = births.get(buffer);
  if (known !== undefined) return known;
  births.set(buffer, ++born);
  return born;
}

/**
 * tfjs's pool takes the last of a list. With the preferred buffer put there, or the one that was seen first, a step that
 * asks for the same sizes in the same order gets the same buffers, and its bind groups hold.
 */
function bestLast(buffers: GPUBuffer[], preferred: GPUBuffer | undefined): void {
  const last = buffers.length - 1;
  let best = preferred === undefined ? -1 : buffers.indexOf(preferred);
  if (best < 0)
    best = buffers.reduce((oldest, buffer, index) => (bufferId(buffer) < bufferId(buffers[oldest] as GPUBuffer) ? index : oldest), last);
  [buffers[best], buffers[last]] = [buffers[last] as GPUBuffer, buffers[best] as GPUBuffer];
}

/** The largest groups of live buffers, for messages. */
export function bufferTable(used: ReadonlyMap<string, readonly GPUBuffer[]>): { bytes: number; count: number }[] {
  const rows = new Map<number, number>();
  for (const buffers of used.values()) for (const { size } of buffers) rows.set(size, (rows.get(size) ?? 0) + 1);
  return [...rows].map(([bytes, count]) => ({ bytes, count })).sort((a, b) => b.bytes * b.count - a.bytes * a.count);
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

function tooLarge(size: number, largest: number): DeviceMemoryError {
  return new DeviceMemoryError(
    `[webgpu] one tensor may take at most ${mib(largest)} on this device, got one of ${mib(size)}. Use a smaller batch or split it; half storage takes half the bytes.`,
    [],
  );
}

function outOfMemory(size: number, maxBytes: number, held: number, used: ReadonlyMap<string, readonly GPUBuffer[]>): DeviceMemoryError {
  const table = bufferTable(used);
  const rows = table.slice(0, 6).map(({ bytes, count }) => `  ${count} x ${mib(bytes)}`);
  return new DeviceMemoryError(
    `[webgpu] device memory is exhausted: ${mib(size)} more than the cap of ${mib(maxBytes)} allows, got ${mib(held)} in live buffers after trim(). ` +
      `Use a smaller batch, dispose tensors, or raise maxBytes. Largest live buffers:\n${rows.join('\n')}`,
    table,
  );
}
