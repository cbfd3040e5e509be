import { decode, encode } from '@halftone/float16';
import { TestRunner } from 'vitest';
import type { AdapterClass, BuildContext, DeviceTraits, KernelRecipe } from '../../src/kernels/kernel-source.ts';
import type { PortCodec } from '../../src/kernels/assemble.ts';
import { assemble, packParams } from '../../src/kernels/assemble.ts';
import { lowerTestDevice } from './lowering-device.ts';

/** How all float tensors of a run are stored; `null` is float32. */
export const STORAGES: readonly PortCodec[] = [null, 'f16', 'packed-f16', 'bfloat16'];

type Numbers = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** One tensor that goes in: its numbers, and its codec if it is stored in half. */
export interface HarnessInput {
  readonly values: Numbers;
  readonly codec?: PortCodec;
}

/** One tensor that comes out. */
export interface HarnessOutput {
  readonly size: number;
  readonly codec?: PortCodec;
  readonly type?: 'f32' | 'i32';
}

export interface HarnessRun {
  readonly recipe: KernelRecipe;
  readonly inputs: readonly HarnessInput[];
  readonly outputs: readonly HarnessOutput[];
  readonly adapterClass?: AdapterClass;
}

const FORMAT = { f16: 'float16', 'packed-f16': 'float16', bfloat16: 'bfloat16' } as const;

let shared: Promise<GPUDevice> | null = null;

/** The one device of a test file. */
export function harnessDevice(): Promise<GPUDevice> {
  return (shared ??= lowerTestDevice());
}

/**
 * Runs one recipe without tfjs: uploads, one dispatch, reads every output (and every updated input) back as numbers. Waits for the GPU.
 *
 * A test of numbers stored as f16 is skipped, and says so, on a device without shader-f16.
 */
export async function runRecipe({ recipe, inputs, outputs, adapterClass = 'cpu' }: HarnessRun): Promise<Numbers[]> {
  const device = await harnessDevice();
  if ([...inputs, ...outputs].some(({ codec }) => codec === 'f16') && !device.features.has('shader-f16'))
    TestRunner.getCurrentTest()?.context.skip('this device has no shader-f16');
  const updates = recipe.updates ?? [];
  const facts = (list: readonly { readonly size: number; readonly codec?: PortCodec }[]): BuildContext['inputs'] =>
    list.map(({ size, codec }) => ({ size, storage: codec ? FORMAT[codec] : 'float32' }));
  const context: BuildContext = {
    device: traitsOf(device, adapterClass),
    inputs: facts(inputs.map(({ values, codec }) => ({ size: values.length, codec: codec ?? null }))),
    outputs: facts(outputs),
  };
  const source = recipe.build(context);
  const plainInputs = inputs.filter((_, index) => !updates.some(([, input]) => input === index));
  const codecs = [...plainInputs.map(({ codec }) => codec ?? null), ...outputs.map(({ codec }) => codec ?? null)];
  const kernel = assemble(source, codecs, { narrow: 'software', widen: 'software' });
  device.pushErrorScope('validation');
  const pipeline = device.createComputePipeline({
    label: kernel.name,
    layout: device.createPipelineLayout({
      bindGroupLayouts: [
        device.createBindGroupLayout({ entries: kernel.bindings.map((type, binding) => ({ binding, visibility: 4, buffer: { type } })) }),
      ],
    }),
    compute: { module: device.createShaderModule({ code: kernel.code }), entryPoint: 'main' },
  });
  const inBuffers = plainInputs.map(({ values, codec }) => storageBuffer(device, bytesOf(values, codec ?? null)));
  const outBuffers = outputs.map(({ size, codec }, index) => {
    const pair = updates.find(([output]) => output === index);
    const from = pair === undefined ? undefined : inputs[pair[1]];
    const poison = new Float32Array(size).fill(NaN); // what the kernel does not write shows
    return storageBuffer(device, from === undefined ? bytesOf(poison, codec ?? null) : bytesOf(from.values, from.codec ?? null));
  });
  const block = packParams(source.params ?? [], recipe.scalars);
  const uniform = device.createBuffer({ size: Math.max(16, block.byteLength), usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(uniform, 0, block);
  const bound = [...inBuffers, ...outBuffers, ...(source.params?.length ? [uniform] : [])];
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: bound.map((buffer, binding) => ({ binding, resource: { buffer } })),
    }),
  );
  pass.dispatchWorkgroups(...kernel.dispatch);
  pass.end();
  const staging = outBuffers.map((buffer) => {
    const to = device.createBuffer({ size: buffer.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    encoder.copyBufferToBuffer(buffer, 0, to, 0, buffer.size);
    return to;
  });
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error !== null) throw new Error(`${error.message}\n${kernel.code}`);
  const results: Numbers[] = [];
  for (const [index, buffer] of staging.entries()) {
    await buffer.mapAsync(GPUMapMode.READ);
    const { size, codec = null, type = 'f32' } = outputs[index] as HarnessOutput;
    results.push(numbersOf(buffer.getMappedRange().slice(0), size, codec, type));
  }
  for (const buffer of [...bound, ...staging, uniform]) buffer.destroy();
  return results;
}

/** The row of tables that tests pass; limits are the device's. */
export function traitsOf(device: GPUDevice, adapterClass: AdapterClass): DeviceTraits {
  const { limits } = device;
  return {
    shaderF16: device.features.has('shader-f16'),
    adapterClass,
    fastMaths: false,
    maxStorageBuffers: limits.maxStorageBuffersPerShaderStage,
    maxWorkgroupBytes: limits.maxComputeWorkgroupStorageSize,
    maxInvocations: limits.maxComputeInvocationsPerWorkgroup,
  };
}

function bytesOf(values: Numbers, codec: PortCodec): ArrayBuffer {
  if (codec === null || values instanceof Int32Array) return values.slice().buffer;
  const bits = new Uint16Array(Math.ceil(values.length / 2) * 2);
  encode(values, FORMAT[codec], { out: bits.subarray(0, values.length) });
  return bits.buffer;
}

function numbersOf(bytes: ArrayBuffer, size: number, codec: PortCodec, type: 'f32' | 'i32'): Numbers {
  if (type === 'i32') return new Int32Array(bytes, 0, size);
  return codec === null
    ? new Float32Array(bytes, 0, size)
    : (decode(new Uint16Array(bytes, 0, size), FORMAT[codec]) as Float32Array<ArrayBuffer>);
}

function storageBuffer(device: GPUDevice, bytes: ArrayBuffer): GPUBuffer {
  const buffer = device.createBuffer({
    size: Math.max(4, bytes.byteLength),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
  });
  if (bytes.byteLength > 0) device.queue.writeBuffer(buffer, 0, bytes);
  return buffer;
}
