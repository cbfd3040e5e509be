import type { BoundBytes, MeterState, Wrap } from './state.ts';

const UNIFORM = 0x40; // GPUBufferUsage
const STORAGE = 0x80;

/** Counts shader modules and pipelines, and how many bytes each bind group binds. */
export function meterPrograms(state: MeterState, wrap: Wrap): void {
  wrap('GPUDevice', 'createShaderModule', (call, [argument]) => {
    state.counts.shaderModules++;
    if (/^\s*enable\s[^;]*\bf16\b/m.test((argument as GPUShaderModuleDescriptor).code)) state.counts.shaderModulesF16++;
    return call();
  });
  const named = (pipeline: object, argument: unknown): object => {
    const { label, compute } = argument as GPUComputePipelineDescriptor;
    state.labels.set(pipeline, label || compute.entryPoint || 'unnamed');
    return pipeline;
  };
  wrap('GPUDevice', 'createComputePipeline', (call, [argument]) => {
    state.counts.pipelines++;
    return named(call() as object, argument);
  });
  wrap('GPUDevice', 'createComputePipelineAsync', (call, [argument]) => {
    state.counts.pipelines++;
    return (call() as Promise<object>).then((pipeline) => named(pipeline, argument));
  });
  wrap('GPUDevice', 'createBindGroup', (call, [argument]) => {
    const group = call() as object;
    state.groups.set(group, boundBytes(state, argument as GPUBindGroupDescriptor));
    state.counts.bindGroups++;
    return group;
  });
}

function boundBytes(state: MeterState, { entries }: GPUBindGroupDescriptor): BoundBytes {
  const bytes: BoundBytes = { storage: 0, uniform: 0 };
  for (const { resource } of entries) {
    const binding = resource as Partial<GPUBufferBinding>;
    const record = state.buffers.get(binding.buffer ?? resource);
    if (record === undefined) continue; // a texture, a sampler, or a buffer made before the meter
    const size = binding.buffer === undefined ? record.size : (binding.size ?? record.size - (binding.offset ?? 0));
    if ((record.usage & STORAGE) !== 0) bytes.storage += size;
    else if ((record.usage & UNIFORM) !== 0) bytes.uniform += size;
  }
  return bytes;
}
