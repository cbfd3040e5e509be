import { dawn } from '@halftone/testing/dawn';

/** A device of its own with what the machine has. */
export async function lowerTestDevice(): Promise<GPUDevice> {
  const adapter = await (await dawn()).requestAdapter();
  if (adapter === null) throw new Error('[webgpu] these tests need a GPU adapter, got none. Skip them by requireOrSkip.');
  const { limits } = adapter;
  return adapter.requestDevice({
    requiredFeatures: adapter.features.has('shader-f16') ? ['shader-f16'] : [],
    requiredLimits: {
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupSizeY: limits.maxComputeWorkgroupSizeY,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
    },
  });
}

/** A shader with `main`, its storage buffers by binding, and which of them to read back. */
export interface ShaderRun {
  readonly code: string;
  readonly buffers: readonly Uint32Array<ArrayBuffer>[];
  readonly read: number;
  readonly workgroups: number;
  /** Dispatches in a row on the same buffers. */
  readonly times?: number;
}

/** Runs a shader and returns the words of one buffer. Waits for the GPU; destroys what it made. */
export async function runShader(
  device: GPUDevice,
  { code, buffers, read, workgroups, times = 1 }: ShaderRun,
): Promise<Uint32Array<ArrayBuffer>> {
  device.pushErrorScope('validation');
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
  });
  const made = buffers.map((data) => {
    const buffer = device.createBuffer({
      size: data.byteLength,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  });
  const size = buffers[read]?.byteLength ?? 0;
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const entries = made.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  for (let i = 0; i < times; i += 1) pass.dispatchWorkgroups(workgroups);
  pass.end();
  encoder.copyBufferToBuffer(made[read] as GPUBuffer, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error !== null) throw new Error(error.message);
  await staging.mapAsync(GPUMapMode.READ);
  const words = new Uint32Array(staging.getMappedRange().slice(0));
  for (const buffer of [...made, staging]) buffer.destroy();
  return words;
}

/** Errors that the compiler finds in a shader. */
export async function compileErrors(device: GPUDevice, code: string): Promise<string[]> {
  device.pushErrorScope('validation');
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  await device.popErrorScope();
  return messages.filter(({ type }) => type === 'error').map(({ message, lineNum }) => `${lineNum}: ${message}`);
}
