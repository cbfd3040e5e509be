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
  /**
   * Throws if `bytes` more cannot be had beside what is in use; `makeRoom` is called before it gives up. What recorded work
   * will ask for is not counted: only its plan knows how little that is, and it says so itself when it finds no room.
   */
  expect(bytes: number, what: () => string, makeRoom: () => void): void;
  /** A buffer of the plug-in's own, for uniforms: cache, not data of the user's. */
  acquireCached(bytes: number, usage: number): GPUBuffer;
  releaseCached(buffer: GPUBuffer): void;
  /** What the next acquisition is for, in words, and the pooled buffer that it gets if it is free and of that size; else it gets the oldest. */
  announce(what: () => string, preferred?: GPUBuffer): void;
  /** Counts one run of recorded work, and destroys pooled buffers that were not in use for more than `runs` of them. */
  age(runs: number): void;
}

/** Thrown when the cap or the device has no room. */
export class DeviceMemoryError extends Error {
  override readonly name: string = 'DeviceMemoryError';
  /** Live buffers by size, largest sum first. */
  readonly table: readonly { readonly bytes: number; readonly count: number }[];
  /** The tensor, by the kernel that makes it, and the bytes that it needs. */
  readonly wanted: { readonly what: string; readonly bytes: number };
  /** Whether work may go on with less: refused before anything was changed. Not so where the device itself had no room and said it late. */
  readonly recoverable: boolean;

  constructor(message: string, { table, wanted, recoverable }: Pick<DeviceMemoryError, 'table' | 'wanted' | 'recoverable'>) {
    super(message);
    this.table = table;
    this.wanted = wanted;
    this.recoverable = recoverable;
  }
}

/** What the ledger is told at its making. */
export interface LedgerOptions {
  /** Caps live and pooled buffers together. */
  readonly maxBytes: number;
  /** The device itself had no room for a buffer: told later, because a device answers later. */
  readonly onExhausted: (error: DeviceMemoryError) => void;
}

/** New buffers of at least so many bytes are made under an error scope; a device that has no room for less is lost anyway. */
const WATCHED_BYTES = 65_536;

/** Puts the ledger on a backend's pool. */
export function keepLedger(backend: WebGPUBackend, { maxBytes, onExhausted }: LedgerOptions): MemoryLedger {
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
  let named: (() => string) | null = null;

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

  /** What the device has no room for it makes all the same, as a buffer that is good for nothing, and says so later. */
  const acquireWatched = (size: number, make: () => GPUBuffer, what: (() => string) | null): GPUBuffer => {
    if (size < WATCHED_BYTES) return make();
    backend.device.pushErrorScope('out-of-memory');
    const buffer = make();
    const name = what?.() ?? 'a buffer';
    void backend.device.popErrorScope().then(
      (error) => {
        if (error !== null)
          onExhausted(deviceExhausted({ what: name, bytes: size }, manager.numBytesAllocated, bufferTable(pool.usedBuffers)));
      },
      () => undefined, // a lost device is told by itself
    );
    return buffer;
  };

  manager.acquireBuffer = (size, usage, mappedAtCreation, reuse) => {
    const [wish, what] = [preferred, named];
    [preferred, named] = [undefined, null];
    if (size > largest) throw tooLarge({ what: what?.() ?? 'a buffer', bytes: size }, largest);
    const pooled = reuse !== false && (pool.freeBuffers.get(`${size}_${usage}`)?.length ?? 0) > 0;
    if (!pooled && manager.numBytesAllocated + size > maxBytes) {
      trim();
      if (manager.numBytesAllocated + size > maxBytes)
        throw outOfMemory(
          { what: what?.() ?? 'a buffer', bytes: size },
          maxBytes,
          manager.numBytesAllocated,
          bufferTable(pool.usedBuffers),
        );
    }
    if (pooled) bestLast(pool.freeBuffers.get(`${size}_${usage}`) ?? [], wish);
    const make = (): GPUBuffer => acquire(size, usage, mappedAtCreation, reuse);
    const buffer = pooled ? make() : acquireWatched(size, make, what);
    peakBytes = Math.max(peakBytes, manager.numBytesAllocated);
    return buffer;
  };

  const release = manager.releaseBuffer.bind(manager);
  manager.releaseBuffer = (buffer, reuse) => {
    ages.set(buffer, now);
    release(buffer, reuse);
  };

  return {
    announce: (what, buffer) => {
      [named, preferred] = [what, buffer];
    },
    age: (runs) => {
      now++;
      destroyFree((buffer) => now - (ages.get(buffer) ?? now) > runs);
    },
    expect: (bytes, what, makeRoom) => {
      if (bytes > largest) throw tooLarge({ what: what(), bytes }, largest);
      if (manager.numBytesUsed + bytes <= maxBytes) return;
      makeRoom();
      if (manager.numBytesUsed + bytes > maxBytes)
        throw outOfMemory({ what: what(), bytes }, maxBytes, manager.numBytesUsed, bufferTable(pool.usedBuffers));
    },
    acquireCached: (bytes, usage) => {
      named = () => 'the numbers of kernels';
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

function tooLarge({ what, bytes }: DeviceMemoryError['wanted'], largest: number): DeviceMemoryError {
  return new DeviceMemoryError(
    `[webgpu] one tensor may take at most ${mib(largest)} on this device, got one of ${mib(bytes)} for ${what}. Use a smaller batch or split it; half storage takes half the bytes.`,
    { table: [], wanted: { what, bytes }, recoverable: true },
  );
}

function outOfMemory(
  { what, bytes }: DeviceMemoryError['wanted'],
  maxBytes: number,
  held: number,
  table: DeviceMemoryError['table'],
): DeviceMemoryError {
  return new DeviceMemoryError(
    `[webgpu] device memory is exhausted: ${mib(bytes)} for ${what} are more than the cap of ${mib(maxBytes)} allows, got ${mib(held)} in live buffers after trim(). ` +
      `Use a smaller batch, dispose tensors, or raise maxBytes. ${largestOf(table)}`,
    { table, wanted: { what, bytes }, recoverable: true },
  );
}

function deviceExhausted({ what, bytes }: DeviceMemoryError['wanted'], held: number, table: DeviceMemoryError['table']): DeviceMemoryError {
  return new DeviceMemoryError(
    `[webgpu] the device ran out of memory at ${mib(bytes)} for ${what}, got ${mib(held)} in buffers before. ` +
      `Dispose the handle, register again with a smaller batch or maxBytes, and put the weights back from your snapshot() or checkpoint. ${largestOf(table)}`,
    { table, wanted: { what, bytes }, recoverable: false },
  );
}

const largestOf = (table: DeviceMemoryError['table']): string =>
  `Largest live buffers:\n${table
    .slice(0, 6)
    .map(({ bytes, count }) => `  ${count} x ${mib(bytes)}`)
    .join('\n')}`;
