import type { BoundBytes, MeterState, PassRecord, Wrap } from './state.ts';

/** Counts passes, dispatches with the bytes bound to each, copies, writes, submits and waits. */
export function meterCommands(state: MeterState, wrap: Wrap): void {
  meterPasses(state, wrap);
  wrap('GPUCommandEncoder', 'copyBufferToBuffer', (call, args) => {
    const long = typeof args[1] === 'number'; // (from, offset, to, offset, size) or (from, to, size)
    const size = long ? args[4] : args[2];
    state.counts.copies++;
    state.counts.copyBytes += Number(size ?? (state.buffers.get(args[0] as object)?.size ?? 0) - (long ? Number(args[1]) : 0));
    return call();
  });
  wrap('GPUQueue', 'submit', (call, [list]) => {
    state.counts.submits++;
    state.counts.commandBuffers += (list as readonly unknown[]).length;
    return call();
  });
  wrap('GPUQueue', 'writeBuffer', (call, [, , data, offset, size]) => {
    const source = data as ArrayBuffer | Uint8Array;
    const unit = 'BYTES_PER_ELEMENT' in source ? source.BYTES_PER_ELEMENT : 1;
    state.counts.queueWrites++;
    state.counts.queueWriteBytes += size === undefined ? source.byteLength - Number(offset ?? 0) * unit : Number(size) * unit;
    return call();
  });
  wrap('GPUQueue', 'onSubmittedWorkDone', (call) => {
    state.counts.workDoneWaits++;
    return call();
  });
}

function meterPasses(state: MeterState, wrap: Wrap): void {
  wrap('GPUCommandEncoder', 'beginComputePass', (call) => {
    state.counts.passes++;
    return call();
  });
  wrap('GPUComputePassEncoder', 'setPipeline', (call, [pipeline], self) => {
    passOf(state, self).label = state.labels.get(pipeline as object) ?? 'unnamed';
    return call();
  });
  wrap('GPUComputePassEncoder', 'setBindGroup', (call, [index, group], self) => {
    const bytes: BoundBytes | undefined = group ? state.groups.get(group as object) : undefined;
    passOf(state, self).groups[Number(index)] = bytes;
    return call();
  });
  wrap('GPUComputePassEncoder', 'dispatchWorkgroups', (call, [x, y = 1, z = 1], self) => {
    countDispatch(state, self);
    state.counts.workgroups += Number(x) * Number(y) * Number(z);
    return call();
  });
  wrap('GPUComputePassEncoder', 'dispatchWorkgroupsIndirect', (call, _args, self) => {
    countDispatch(state, self);
    state.counts.indirectDispatches++;
    return call();
  });
}

function passOf(state: MeterState, pass: object): PassRecord {
  const known = state.passes.get(pass);
  if (known !== undefined) return known;
  const fresh: PassRecord = { label: 'unnamed', groups: [] };
  state.passes.set(pass, fresh);
  return fresh;
}

function countDispatch(state: MeterState, pass: object): void {
  const { label, groups } = passOf(state, pass);
  const row = state.pipelines.get(label) ?? { dispatches: 0, storageBytes: 0 };
  for (const group of groups) {
    state.counts.storageBytesBound += group?.storage ?? 0;
    state.counts.uniformBytesBound += group?.uniform ?? 0;
    row.storageBytes += group?.storage ?? 0;
  }
  row.dispatches++;
  state.counts.dispatches++;
  state.pipelines.set(label, row);
}
