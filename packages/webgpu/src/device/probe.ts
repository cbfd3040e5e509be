import { decode, encode } from '@halftone/float16';

/** How the device converts between float32 and 16 bits, as measured on it. WGSL leaves all of this open. */
export interface ConversionReport {
  /** `nearest-even` and `toward-zero` hold for every probed value in the normal range. */
  readonly rounding: 'nearest-even' | 'toward-zero' | 'other';
  /** What becomes of a value beyond the largest finite number. */
  readonly overflow: 'infinity' | 'largest' | 'other';
  readonly subnormals: 'kept' | 'flushed' | 'other';
  readonly infinities: 'kept' | 'lost';
  readonly nan: 'kept' | 'lost';
  /** Whether widening (16 bits to float32) is exact for every probed code, infinities and NaN included. */
  readonly widening: 'exact' | 'other';
}

/** The start-up probe's findings. `native` is absent where the device has no `shader-f16`. */
export interface NumericsReport {
  readonly native?: ConversionReport;
  readonly packed: ConversionReport;
  /** Whether float32 subnormals survive a load and a store. */
  readonly float32Subnormals: 'kept' | 'flushed';
}

/** Whether the device's own conversion is as good as our integer arithmetic. */
export function conversionOf(report: ConversionReport): { narrow: 'hardware' | 'software'; widen: 'hardware' | 'software' } {
  const exact =
    report.rounding === 'nearest-even' &&
    report.overflow === 'infinity' &&
    report.subnormals === 'kept' &&
    report.infinities === 'kept' &&
    report.nan === 'kept';
  return { narrow: exact ? 'hardware' : 'software', widen: report.widening === 'exact' ? 'hardware' : 'software' };
}

const f32 = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0] ?? NaN;

/** Inputs by the question that they answer. */
const NORMAL = [
  1,
  -1,
  1 + 2 ** -11,
  1 + 3 * 2 ** -11,
  1 + 2 ** -11 + 2 ** -20,
  2049,
  2051,
  -2050.5,
  0.1,
  3.14159274,
  65504,
  65519.99,
  1 / 3,
  6.104e-5,
];
const TOO_LARGE = [65520, 65536, 1e6, -1e30];
const SUBNORMAL = [2 ** -24, -(2 ** -24), 3 * 2 ** -25, 2 ** -25, 1.5 * 2 ** -24, 6.0e-5, 2 ** -15];
const INFINITE = [Infinity, -Infinity];
const NOT_A_NUMBER = [f32(0x7fc00000), f32(0x7f800001), f32(0xffc00001)];
const INPUTS = Float32Array.of(...NORMAL, ...TOO_LARGE, ...SUBNORMAL, ...INFINITE, ...NOT_A_NUMBER);
const CODES = Uint16Array.of(0, 0x8000, 1, 0x3ff, 0x8001, 0x400, 0x3c00, 0x3555, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0x7c01);

/** Runs the probe on a device. Waits for the GPU once (three small readbacks), at start-up only. */
export async function probeNumerics(device: GPUDevice): Promise<NumericsReport> {
  const packed = await probeConversion(device, 'packed');
  const kept = await run(device, 'out[i] = bitcast<u32>(bitcast<f32>(values[i]) * 1.0);', '', Uint32Array.of(1, 0x80000001, 0x7fffff));
  const float32Subnormals = kept[0] === 1 && kept[2] === 0x7fffff ? 'kept' : 'flushed';
  if (!device.features.has('shader-f16')) return { packed, float32Subnormals };
  return { native: await probeConversion(device, 'native'), packed, float32Subnormals };
}

async function probeConversion(device: GPUDevice, way: 'native' | 'packed'): Promise<ConversionReport> {
  const native = way === 'native';
  const enable = native ? 'enable f16;' : '';
  const narrow = native ? 'bitcast<u32>(vec2<f16>(f16(v), f16(0.0)))' : 'pack2x16float(vec2<f32>(v, 0.0))';
  const widen = native ? 'f32(bitcast<vec2<f16>>(values[i]).x)' : 'unpack2x16float(values[i]).x';
  const codes = await run(device, `let v = bitcast<f32>(values[i]); out[i] = ${narrow} & 0xffffu;`, enable, new Uint32Array(INPUTS.buffer));
  const floats = await run(device, `out[i] = bitcast<u32>(${widen});`, enable, Uint32Array.from(CODES));
  return { ...judgeNarrowing(Uint16Array.from(codes)), widening: judgeWidening(floats) };
}

function judgeNarrowing(codes: Uint16Array): Omit<ConversionReport, 'widening'> {
  const nearest = encode(INPUTS, 'float16');
  const truncated = encode(INPUTS, 'float16', { rounding: 'toward-zero' });
  let start = 0;
  const group = (length: number): number[] => Array.from({ length }, (_, i) => start + i, (start += length));
  const normal = group(NORMAL.length);
  const large = group(TOO_LARGE.length);
  const subnormal = group(SUBNORMAL.length);
  const infinite = group(INFINITE.length);
  const nan = group(NOT_A_NUMBER.length);
  const equal = (indices: number[], wanted: Uint16Array): boolean => indices.every((i) => codes[i] === wanted[i]);
  const magnitude = (i: number): number => (codes[i] ?? 0) & 0x7fff;
  return {
    rounding: equal(normal, nearest) ? 'nearest-even' : equal(normal, truncated) ? 'toward-zero' : 'other',
    overflow: large.every((i) => magnitude(i) === 0x7c00) ? 'infinity' : large.every((i) => magnitude(i) === 0x7bff) ? 'largest' : 'other',
    subnormals: equal(subnormal, nearest)
      ? 'kept'
      : subnormal.every((i) => magnitude(i) === 0 || magnitude(i) === 0x400)
        ? 'flushed'
        : 'other',
    infinities: equal(infinite, nearest) ? 'kept' : 'lost',
    nan: nan.every((i) => magnitude(i) > 0x7c00) ? 'kept' : 'lost',
  };
}

function judgeWidening(bits: Uint32Array): ConversionReport['widening'] {
  const wanted = new Uint32Array(decode(CODES, 'float16').buffer);
  const isNan = (b: number): boolean => (b & 0x7fffffff) > 0x7f800000;
  const exact = wanted.every((want, i) => (isNan(want) ? isNan(bits[i] ?? 0) : bits[i] === want));
  return exact ? 'exact' : 'other';
}

async function run(device: GPUDevice, body: string, enable: string, input: Uint32Array<ArrayBuffer>): Promise<Uint32Array> {
  const code = `${enable}
@group(0) @binding(0) var<storage, read> values: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i < arrayLength(&values)) { ${body} }
}`;
  const buffer = (usage: number): GPUBuffer => device.createBuffer({ size: input.byteLength, usage });
  const source = buffer(GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  const result = buffer(GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
  const staging = buffer(GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  device.queue.writeBuffer(source, 0, input);
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code, label: 'halftone probe' }) },
  });
  const entries = [source, result].map((b, binding) => ({ binding, resource: { buffer: b } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(input.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(result, 0, staging, 0, input.byteLength);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const values = new Uint32Array(staging.getMappedRange().slice(0));
  for (const b of [source, result, staging]) b.destroy();
  return values;
}
