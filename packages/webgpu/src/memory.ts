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
  let peakBytes = 0;

  const trim = (): number => {
    if (internalsOf(backend).commandEncoder !== null) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
    let freed = 0;
    for (const buffers of pool.freeBuffers.values()) {
      for (const buffer of buffers.splice(0)) {
        freed += buffer.size;
        pool.numFreeBuffers--;
        buffer.destroy();
      }
    }
    manager.numBytesAllocated -= freed;
    return freed;
  };

  manager.acquireBuffer = (size, usage, mappedAtCreation, reuse) => {
    if (size > largest) throw tooLarge(size, largest);
    const pooled = reuse !== false && (pool.freeBuffers.get(`${size}_${usage}`)?.length ?? 0) > 0;
    if (!pooled && manager.numBytesAllocated + size > maxBytes) {
      trim();
      if (manager.numBytesAllocated + size > maxBytes) throw outOfMemory(size, maxBytes, manager.numBytesAllocated, pool.usedBuffers);
    }
    const buffer = acquire(size, usage, mappedAtCreation, reuse);
    peakBytes = Math.max(peakBytes, manager.numBytesAllocated);
    return buffer;
  };

  return {
    bytes: () => ({ physicalBytes: manager.numBytesUsed, cachedBytes: manager.numBytesAllocated - manager.numBytesUsed, peakBytes }),
    resetPeak: () => {
      peakBytes = manager.numBytesAllocated;
    },
    trim,
  };
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
