import type { BufferRecord, MeterState, Wrap } from './state.ts';

const MAP_READ = 1; // GPUMapMode.READ

/** Counts buffers, their bytes at peak, and readbacks. A buffer lives until it or its device is destroyed. */
export function meterMemory(state: MeterState, wrap: Wrap): void {
  wrap('GPUDevice', 'createBuffer', (call, [argument], self) => {
    const buffer = call() as object;
    track(state, buffer, argument as GPUBufferDescriptor, self);
    return buffer;
  });
  wrap('GPUBuffer', 'destroy', (call, _args, self) => {
    const record = state.buffers.get(self);
    if (record !== undefined) release(state, record);
    return call();
  });
  wrap('GPUDevice', 'destroy', (call, _args, self) => {
    for (const record of state.alive.get(self) ?? []) release(state, record);
    state.alive.delete(self);
    return call();
  });
  wrap('GPUBuffer', 'mapAsync', (call, [mode, offset, size], self) => {
    if ((Number(mode) & MAP_READ) !== 0) {
      state.counts.readbacks++;
      state.counts.readbackBytes += Number(size ?? (state.buffers.get(self)?.size ?? 0) - Number(offset ?? 0));
    }
    return call();
  });
}

function track(state: MeterState, buffer: object, { size, usage, mappedAtCreation }: GPUBufferDescriptor, device: object): void {
  const record: BufferRecord = { size: Number(size), usage, device };
  const siblings = state.alive.get(device) ?? new Set();
  state.alive.set(device, siblings.add(record));
  state.buffers.set(buffer, record);
  state.counts.buffersCreated++;
  state.counts.bytesCreated += record.size;
  if (mappedAtCreation === true) state.counts.mappedAtCreationBytes += record.size;
  state.liveBytes += record.size;
  state.peakBytes = Math.max(state.peakBytes, state.liveBytes);
}

function release(state: MeterState, record: BufferRecord): void {
  if (state.alive.get(record.device)?.delete(record) !== true) return; // destroyed twice
  state.liveBytes -= record.size;
  state.counts.buffersDestroyed++;
}
