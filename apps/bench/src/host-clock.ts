/** Tells when a step stopped issuing work and began to wait. */
export interface HostClock {
  /** Forgets the last step. */
  start(): void;
  /** `performance.now()` of the readback since `start()` that a step waits for; none where nothing was read. */
  readAt(): number | undefined;
}

interface BufferClass {
  readonly prototype: { mapAsync(this: object, mode: number, ...rest: unknown[]): Promise<void> };
}

const MAP_READ = 1; // GPUMapMode.READ

/**
 * Notes when a buffer is mapped for reading: up to then a step is JavaScript and the driver's front, from then on it waits.
 *
 * Wraps `GPUBuffer.mapAsync` for the rest of the process.
 */
export function installHostClock(): HostClock {
  const { GPUBuffer } = globalThis as { GPUBuffer?: unknown };
  const { prototype } = GPUBuffer as BufferClass;
  const original = prototype.mapAsync;
  let at: number | undefined;
  prototype.mapAsync = function (mode, ...rest) {
    if ((mode & MAP_READ) !== 0) at ??= performance.now();
    return original.call(this, mode, ...rest);
  };
  return {
    start: () => void (at = undefined),
    readAt: () => at,
  };
}
