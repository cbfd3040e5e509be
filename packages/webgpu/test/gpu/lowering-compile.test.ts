import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireOrSkip } from '@halftone/testing';
import type { Codec, LowerOptions } from '../../src/lowering/index.ts';
import { lower } from '../../src/lowering/index.ts';
import { floatBindings, readShaders } from '../shaders/read-shaders.ts';
import { compileErrors, lowerTestDevice } from './lowering-device.ts';

const CODECS: readonly Codec[] = ['f16', 'packed-f16', 'bfloat16'];
const OPTIONS: readonly LowerOptions[] = [
  { narrow: 'software', widen: 'software', overflow: 'infinity' },
  { narrow: 'hardware', widen: 'hardware', overflow: 'saturate' },
];
const shaders = readShaders().filter((shader) => Object.keys(floatBindings(shader, 'f16')).length > 0);
const vulkan = await requireOrSkip('vulkan');

describe.skipIf(!vulkan.available)('Dawn', () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await lowerTestDevice();
  });
  afterAll(() => device?.destroy());

  it('finds an error in a shader that has one, so that the other tests can fail', async () => {
    expect(await compileErrors(device, 'fn main() { let v : f32 = 1u; }')).not.toEqual([]);
  });

  it.for(CODECS)('compiles every shader of tfjs lowered to %s, with both conversions', async (codec, { skip }) => {
    skip(codec === 'f16' && !device.features.has('shader-f16'), 'this device has no shader-f16');
    const errors: string[] = [];
    for (const shader of shaders) {
      for (const options of OPTIONS) {
        const { code } = lower(shader.code, { bindings: floatBindings(shader, codec), options });
        for (const error of await compileErrors(device, code)) errors.push(`${shader.label} (${shader.op}) ${error}`);
      }
    }
    expect(errors).toEqual([]);
  });

  it('compiles every shader with each binding lowered alone, codecs taking turns', async () => {
    const codecs = CODECS.filter((codec) => codec !== 'f16' || device.features.has('shader-f16'));
    const errors: string[] = [];
    let turn = 0;
    for (const shader of shaders) {
      for (const name of Object.keys(floatBindings(shader, 'f16'))) {
        const codec = codecs[(turn += 1) % codecs.length] ?? 'bfloat16';
        const { code } = lower(shader.code, { bindings: { [name]: codec } });
        for (const error of await compileErrors(device, code)) errors.push(`${shader.label} (${shader.op}) ${name} ${codec} ${error}`);
      }
    }
    expect(errors).toEqual([]);
  });

  it('makes pipelines of lowered shaders, one of each program', async () => {
    const programs = new Map(shaders.map((shader) => [shader.label, shader]));
    device.pushErrorScope('validation');
    for (const shader of programs.values()) {
      const { code } = lower(shader.code, { bindings: floatBindings(shader, 'packed-f16') });
      device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }), entryPoint: '_start' } });
    }
    expect((await device.popErrorScope())?.message).toBeUndefined();
    expect(programs.size).toBeGreaterThan(60);
  });

  it('agrees that a local variable hides the binding only behind its own declaration', async () => {
    const wgsl = `@group(0) @binding(0) var<storage, read_write> result : array<f32>;
@group(0) @binding(1) var<storage, read> A : array<f32>;
@compute @workgroup_size(1) fn main() { let A = A[0]; var result = array<f32, 2>(A, A); result[0] = result[1]; }`;
    expect(await compileErrors(device, wgsl)).toEqual([]);
    expect(await compileErrors(device, lower(wgsl, { bindings: { A: 'bfloat16', result: 'bfloat16' } }).code)).toEqual([]);
  });
});
