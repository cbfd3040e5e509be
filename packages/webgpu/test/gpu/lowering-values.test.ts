import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encode } from '@halftone/float16';
import type { DeviceNumerics } from '@halftone/testing';
import { deviceNumerics, goldenBytes, requireOrSkip } from '@halftone/testing';
import type { Codec, Element, LowerOptions } from '../../src/lowering/index.ts';
import { lower } from '../../src/lowering/index.ts';
import { lowerTestDevice, runShader } from './lowering-device.ts';

const CODECS: readonly Codec[] = ['f16', 'packed-f16', 'bfloat16'];
const ELEMENTS: readonly Element[] = ['f32', 'vec2<f32>', 'vec4<f32>'];
const MODES = ['software', 'hardware'] as const;
const every = CODECS.flatMap((codec) => ELEMENTS.flatMap((element) => MODES.map((mode) => [codec, element, mode] as const)));
const widthOf = (element: Element): number => ({ f32: 1, 'vec2<f32>': 2, 'vec4<f32>': 4 })[element];
const NO_F16 = 'this device has no shader-f16';
const NOT_NEAREST = 'pack2x16float of this device does not round to nearest even';
const vulkan = await requireOrSkip('vulkan');

/** `result[i] = x[i]` for `count` elements, one invocation each. */
const copyShader = (element: Element, count: number): string => `
@group(0) @binding(0) var<storage, read_write> result : array<${element}>;
@group(0) @binding(1) var<storage, read> x : array<${element}>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id : vec3<u32>, @builtin(num_workgroups) groups : vec3<u32>) {
  for (var i = id.x; i < ${count}u; i = i + groups.x * 64u) { result[i] = x[i]; }
}`;

const words = (bits: Uint16Array): Uint32Array<ArrayBuffer> => {
  const padded = new Uint16Array(Math.ceil(bits.length / 2) * 2);
  padded.set(bits);
  return new Uint32Array(padded.buffer);
};
const isNan32 = (bits: number): boolean => (bits & 0x7fffffff) > 0x7f800000;
const nanAbove = (codec: Codec): number => (codec === 'bfloat16' ? 0x7f80 : 0x7c00);

/** Indices at which codes differ; any NaN is as good as another. */
function differences(actual: ArrayLike<number>, expected: ArrayLike<number>, isNan: (bits: number) => boolean): string[] {
  const found: string[] = [];
  for (let i = 0; i < expected.length; i += 1) {
    const [a, e] = [actual[i] ?? -1, expected[i] ?? -1];
    if (a !== e && !(isNan(a) && isNan(e))) found.push(`[${i}] ${a.toString(16)} instead of ${e.toString(16)}`);
  }
  return found.slice(0, 10);
}

describe.skipIf(!vulkan.available)('a lowered shader', () => {
  let device: GPUDevice;
  let numerics: DeviceNumerics;
  beforeAll(async () => {
    device = await lowerTestDevice();
    numerics = await deviceNumerics(device);
  });
  afterAll(() => device?.destroy());
  const can = (codec: Codec): boolean => codec !== 'f16' || device.features.has('shader-f16');
  /** Where a device rounds in its own way, the plug-in has our integer arithmetic round. */
  const packs = (codec: Codec, narrow: LowerOptions['narrow']): boolean =>
    codec !== 'packed-f16' || narrow === 'software' || numerics.packing === 'nearest-even';

  it.for(every)('loads all 65,536 codes exactly: %s as %s by %s', async ([codec, element, widen], { skip }) => {
    skip(!can(codec), NO_F16);
    const codes = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const { code } = lower(copyShader(element, 65_536 / widthOf(element)), { bindings: { x: codec }, options: { widen } });
    const out = await runShader(device, { code, buffers: [new Uint32Array(65_536), words(codes)], read: 0, workgroups: 64 });
    const expected =
      codec === 'bfloat16' ? Uint32Array.from(codes, (bits) => bits << 16) : new Uint32Array(goldenBytes('codec/f16_to_f32.u32').buffer);
    expect(differences(out, expected, isNan32)).toEqual([]);
  });

  /** Stores float32 bit patterns and reads the codes. */
  async function stored(codec: Codec, element: Element, bits: Uint32Array<ArrayBuffer>, options: LowerOptions): Promise<Uint16Array> {
    const count = Math.floor(bits.length / 4) * 4;
    const { code } = lower(copyShader(element, count / widthOf(element)), { bindings: { result: codec }, options });
    const out = await runShader(device, { code, buffers: [new Uint32Array(count / 2).fill(0xffffffff), bits], read: 0, workgroups: 64 });
    return new Uint16Array(out.buffer, 0, count);
  }

  it.for(every)('rounds the golden inputs to nearest even: %s as %s by %s', async ([codec, element, narrow], { skip }) => {
    skip(!can(codec), NO_F16);
    skip(!packs(codec, narrow), NOT_NEAREST);
    const inputs = new Uint32Array(goldenBytes('codec/f32.u32').buffer);
    const expected = new Uint16Array(goldenBytes(codec === 'bfloat16' ? 'codec/f32_to_bf16.u16' : 'codec/f32_to_f16.u16').buffer);
    const codes = await stored(codec, element, inputs, { narrow });
    const above = nanAbove(codec);
    expect(differences(codes, expected.subarray(0, codes.length), (bits) => (bits & 0x7fff) > above)).toEqual([]);
    const nans = codes.filter((_, i) => isNan32(inputs[i] ?? 0));
    expect(nans.length).toBeGreaterThan(5);
    if (narrow === 'software') expect(nans.every((bits) => (bits & (codec === 'bfloat16' ? 0x40 : 0x200)) !== 0)).toBe(true); // quiet
  });

  it.for(every)('saturates where asked: %s as %s by %s', async ([codec, element, narrow], { skip }) => {
    skip(!can(codec), NO_F16);
    skip(!packs(codec, narrow), NOT_NEAREST);
    const inputs = new Uint32Array(goldenBytes('codec/f32.u32').buffer);
    const codes = await stored(codec, element, inputs, { narrow, overflow: 'saturate' });
    const expected =
      codec === 'bfloat16'
        ? encode(new Float32Array(inputs.buffer), 'bfloat16', { overflow: 'saturate' })
        : new Uint16Array(goldenBytes('codec/f32_to_f16_sat.u16').buffer);
    const above = nanAbove(codec);
    expect(differences(codes, expected.subarray(0, codes.length), (bits) => (bits & 0x7fff) > above)).toEqual([]);
    expect(codes.some((bits) => (bits & 0x7fff) === above)).toBe(false);
  });

  it.for(CODECS)(
    'rounds every upper half of a float32 with critical lower halves to nearest even: %s in software',
    async (codec, { skip }) => {
      skip(!can(codec), NO_F16);
      const lower16 = [0, 1, 0x0fff, 0x1000, 0x1001, 0x2fff, 0x3000, 0x7fff, 0x8000, 0x8001, 0xefff, 0xffff];
      const inputs = new Uint32Array(65_536 * lower16.length);
      inputs.forEach((_, i) => (inputs[i] = ((i % 65_536) << 16) | (lower16[Math.floor(i / 65_536)] ?? 0)));
      const codes = await stored(codec, 'vec4<f32>', inputs, { narrow: 'software' });
      const expected = encode(new Float32Array(inputs.buffer), codec === 'bfloat16' ? 'bfloat16' : 'float16');
      const above = nanAbove(codec);
      expect(differences(codes, expected, (bits) => (bits & 0x7fff) > above)).toEqual([]);
    },
  );

  it.for(CODECS)('stores odd counts of scalars without touching a neighbour, in any order, 100 times: %s', async (codec, { skip }) => {
    skip(!can(codec), NO_F16);
    const count = 20_011; // a prime: i * 7919 mod count visits each element once, neighbours far apart in time
    const wgsl = `
@group(0) @binding(0) var<storage, read_write> result : array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id : vec3<u32>) {
  if (id.x < ${count}u) { let i = (id.x * 7919u) % ${count}u; result[i] = f32(i % 251u) - 125.0; }
}`;
    const { code } = lower(wgsl, { bindings: { result: codec } });
    const values = Float32Array.from({ length: count }, (_, i) => (i % 251) - 125);
    const expected = encode(values, codec === 'bfloat16' ? 'bfloat16' : 'float16');
    for (const garbage of [0, 0xffffffff, 0xa5a5a5a5]) {
      const buffer = new Uint32Array(Math.ceil(count / 2)).fill(garbage);
      const out = await runShader(device, { code, buffers: [buffer], read: 0, workgroups: Math.ceil(count / 64), times: 34 });
      const codes = new Uint16Array(out.buffer);
      expect(differences(codes, expected, () => false)).toEqual([]);
      expect(codes[count]).toBe(garbage >>> 16); // the padding belongs to nobody
    }
  });

  it.for(CODECS)('reads back what it stored, updates in place and nests indices: %s', async (codec, { skip }) => {
    skip(!can(codec), NO_F16);
    const count = 999;
    const wgsl = `
@group(0) @binding(0) var<storage, read_write> result : array<f32>;
@group(0) @binding(1) var<storage, read> order : array<f32>;
var<private> calls : i32;
fn next(i : i32) -> i32 { calls = calls + 1; return i; }
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id : vec3<u32>) {
  let i = i32(id.x);
  if (i < ${count}) {
    let at = i32(order[i32(order[i])]);
    result[at] = 1.0;
    result[at] += f32(at % 16);
    result[next(at)] *= 2.0;
    result[at] -= f32(calls);
    for (result[at] = result[at] / 2.0; result[at] > 4.0; result[at] = result[at] - 4.0) { }
    { let order = array<f32, 2>(0.5, 1.0); result[at] = result[at] + order[0]; }
  }
}`;
    const format = codec === 'bfloat16' ? 'bfloat16' : 'float16';
    const order = Float32Array.from({ length: count }, (_, i) => (codec === 'bfloat16' ? (i ^ 1) % 128 : count - 1 - i)); // its own inverse
    const size = codec === 'bfloat16' ? 128 : count;
    const { code } = lower(wgsl.replaceAll(String(count), String(size)), { bindings: { result: codec, order: codec } });
    const buffers = [new Uint32Array(Math.ceil(count / 2)), words(encode(order.subarray(0, size), format))];
    const out = new Uint16Array((await runShader(device, { code, buffers, read: 0, workgroups: Math.ceil(count / 64) })).buffer);
    const expected = Float32Array.from({ length: size }, (_, i) => {
      let value = ((1 + (i % 16)) * 2 - 1) / 2;
      while (value > 4) value -= 4;
      return value + 0.5;
    });
    expect(differences(out, encode(expected, format), () => false)).toEqual([]);
  });
});
