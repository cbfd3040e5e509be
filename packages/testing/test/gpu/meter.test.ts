import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dawn } from '../../src/dawn.ts';
import { formatReport, type GpuMeter, installGpuMeter } from '../../src/meter.ts';
import { requireOrSkip } from '../../src/require-or-skip.ts';

const vulkan = await requireOrSkip('vulkan');
const CODE = `
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> b: array<f32>;
@group(0) @binding(2) var<uniform> factor: vec4f;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { b[id.x] = a[id.x] * factor.x; }`;

describe.skipIf(!vulkan.available)('installGpuMeter', () => {
  let meter: GpuMeter;
  let device: GPUDevice;
  beforeAll(async () => {
    const gpu = await dawn();
    meter = installGpuMeter();
    const adapter = await gpu.requestAdapter();
    if (adapter === null) throw new Error('no adapter');
    device = await adapter.requestDevice();
  });
  afterAll(() => {
    device?.destroy();
    meter?.uninstall();
  });

  const run = async (): Promise<Float32Array> => {
    const bytes = 256 * 4;
    const [a, b] = [0, 1].map(() =>
      device.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC }),
    ) as [GPUBuffer, GPUBuffer];
    const factor = device.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    const out = device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    device.queue.writeBuffer(a, 0, new Float32Array(256).fill(3));
    device.queue.writeBuffer(factor, 0, Float32Array.of(2, 0, 0, 0, 9, 9), 0, 4);
    const pipeline = device.createComputePipeline({
      label: 'scale',
      layout: 'auto',
      compute: { module: device.createShaderModule({ code: CODE }) },
    });
    const entries = [
      { binding: 0, resource: { buffer: a } },
      { binding: 1, resource: { buffer: b } },
      { binding: 2, resource: { buffer: factor } },
    ];
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(4);
    pass.dispatchWorkgroups(2, 2);
    pass.end();
    encoder.copyBufferToBuffer(b, 0, out, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await out.mapAsync(GPUMapMode.READ);
    const values = new Float32Array(out.getMappedRange().slice(0));
    for (const buffer of [a, b, factor, out]) buffer.destroy();
    return values;
  };

  it('counts exactly what was asked of the GPU', async () => {
    const { value, report } = await meter.measure(run);
    expect([...value.subarray(0, 2)]).toEqual([6, 6]);
    expect(report).toEqual({
      dispatches: 2,
      indirectDispatches: 0,
      workgroups: 8,
      storageBytesBound: 2 * 2048,
      uniformBytesBound: 2 * 16,
      passes: 1,
      submits: 1,
      commandBuffers: 1,
      queueWrites: 2,
      queueWriteBytes: 1024 + 16,
      copies: 1,
      copyBytes: 1024,
      readbacks: 1,
      readbackBytes: 1024,
      workDoneWaits: 0,
      pipelines: 1,
      shaderModules: 1,
      shaderModulesF16: 0,
      bindGroups: 1,
      buffersCreated: 4,
      buffersDestroyed: 4,
      bytesCreated: 3 * 1024 + 16,
      mappedAtCreationBytes: 0,
      bytesLiveStart: 0,
      bytesLiveEnd: 0,
      bytesPeak: 3 * 1024 + 16,
      byPipeline: { scale: { dispatches: 2, storageBytes: 4096 } },
    });
  });

  it('gives the same figures every time', async () => {
    const first = await meter.measure(run);
    const second = await meter.measure(run);
    expect(second.report).toEqual(first.report);
  });

  it('keeps a buffer live until it is destroyed, once', async () => {
    const { value, report } = await meter.measure(() => device.createBuffer({ size: 64, usage: GPUBufferUsage.STORAGE }));
    expect(report).toMatchObject({ bytesLiveStart: 0, bytesLiveEnd: 64, bytesPeak: 64 });
    value.destroy();
    value.destroy();
    expect(meter.report()).toMatchObject({ bytesLiveEnd: 0, bytesPeak: 64, buffersDestroyed: 1 });
  });

  it('frees what a destroyed device held', async () => {
    const adapter = await (await dawn()).requestAdapter();
    const second = await adapter?.requestDevice();
    meter.reset();
    second?.createBuffer({ size: 128, usage: GPUBufferUsage.STORAGE });
    expect(meter.report().bytesLiveEnd).toBe(128);
    second?.destroy();
    expect(meter.report().bytesLiveEnd).toBe(0);
  });

  it('writes its report in lines for people', async () => {
    const { report } = await meter.measure(run);
    expect(formatReport(report)).toContain('dispatches 2 (workgroups 8), submits 1, passes 1');
    expect(formatReport(report)).toContain('2 x    0.00 MiB  scale');
    expect(formatReport(report, { rows: 0 })).not.toContain('scale');
  });

  it('is the same meter when installed twice and gone after uninstall', () => {
    expect(installGpuMeter()).toBe(meter);
    const original = GPUQueue.prototype.submit;
    meter.uninstall();
    expect(GPUQueue.prototype.submit).not.toBe(original);
    const fresh = installGpuMeter();
    expect(fresh).not.toBe(meter);
    meter = fresh;
  });

  it('refuses a scope without WebGPU', () => {
    expect(() => installGpuMeter({})).toThrow('[testing] scope must hold the WebGPU classes, got one without GPUDevice.');
  });
});
