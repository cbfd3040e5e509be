/** What WGSL leaves open about float32, as measured on a device. */
export interface DeviceNumerics {
  /** What becomes of a product below the smallest normal value: a device may flush it to 0. */
  readonly subnormals: 'kept' | 'flushed';
  /** Whether `log2(0.0)` is -infinity: a device may assume that there are no infinities. */
  readonly infinities: 'kept' | 'assumed-away';
  /** Whether a long expression on a `vec4` has the bits that it has on four scalars: each op has its bounds, but a compiler may round between them or not. */
  readonly widths: 'alike' | 'apart';
  /** How `pack2x16float` makes a float16: to nearest even with subnormals and infinities, or in another way, which WGSL leaves to the device. */
  readonly packing: 'nearest-even' | 'other';
}

/** A tie, what is nearer to the smallest subnormal than to 0, what just overflows and what does by far; and their codes. */
const HALVES = [1 + 3 * 2 ** -11, 1.5 * 2 ** -25, 65520, 1e30] as const;
const CODES = [0x3c02, 1, 0x7c00, 0x7c00] as const;
const COUNT = 1024; // SwiftShader rounds one in 50 of these apart
const EXPRESSION = (one: string): string => `
  let t = ${one}(1.0) / (1.0 + 0.3275911 * x);
  return 1.0 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * exp(-x * x);`;
const CODE = `
@group(0) @binding(0) var<storage, read> values : array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> results : array<vec4<f32>>;
fn scalar(x : f32) -> f32 {${EXPRESSION('f32')}}
fn code(x : f32) -> f32 { return f32(pack2x16float(vec2<f32>(x, 0.0)) & 0xffffu); }
fn vector(x : vec4<f32>) -> vec4<f32> {${EXPRESSION('vec4<f32>')}}
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id : vec3<u32>) {
  let x = values[id.x];
  results[2u * id.x] = vec4<f32>(scalar(x.x), scalar(x.y), scalar(x.z), scalar(x.w));
  results[2u * id.x + 1u] = vector(x);
  if (id.x == 0u) {
    let special = values[${COUNT / 4}u];
    results[${COUNT / 2}u] = vec4<f32>(special.x * special.y, log2(special.z), 0.0, 0.0);
    let halves = values[${COUNT / 4 + 1}u];
    results[${COUNT / 2 + 1}u] = vec4<f32>(code(halves.x), code(halves.y), code(halves.z), code(halves.w));
  }
}`;

/**
 * Measures what a device does where WGSL lets it choose, so that a test allows what this device needs, and others not.
 *
 * Compiles one shader and waits for the GPU once; destroys what it made.
 *
 * Source: W3C, WebGPU Shading Language, floating point evaluation.
 *
 * @example
 * const adapter = await (await dawn()).requestAdapter();
 * const device = await adapter.requestDevice();
 * Object.keys(await deviceNumerics(device)).join(); // 'subnormals,infinities,widths,packing'
 * device.destroy();
 */
export async function deviceNumerics(device: GPUDevice): Promise<DeviceNumerics> {
  const size = 2 * COUNT * 4 + 32;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const [values, results] = [device.createBuffer({ size: COUNT * 4 + 32, usage }), device.createBuffer({ size, usage })];
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const grid = Array.from({ length: COUNT }, (_, i) => (4 * i) / COUNT);
  device.queue.writeBuffer(values, 0, Float32Array.of(...grid, 2 ** -126, 0.5, 0, 0, ...HALVES));
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code: CODE }) } });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [values, results].map((buffer, binding) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(COUNT / 4 / 64);
  pass.end();
  encoder.copyBufferToBuffer(results, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const found = new Float32Array(staging.getMappedRange().slice(0));
  for (const buffer of [values, results, staging]) buffer.destroy();
  const scalars = found.filter((_, i) => i < 2 * COUNT && i % 8 < 4);
  const vectors = found.filter((_, i) => i < 2 * COUNT && i % 8 >= 4);
  return {
    subnormals: found[2 * COUNT] === 2 ** -127 ? 'kept' : 'flushed',
    infinities: found[2 * COUNT + 1] === -Infinity ? 'kept' : 'assumed-away',
    widths: scalars.every((value, i) => value === vectors[i]) ? 'alike' : 'apart',
    packing: CODES.every((code, i) => found[2 * COUNT + 4 + i] === code) ? 'nearest-even' : 'other',
  };
}
