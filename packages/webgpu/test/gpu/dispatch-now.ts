import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { Storage } from '@halftone/autocast';
import type { HalfBackend } from '../../src/backend.ts';
import type { Conversion } from '../../src/current-lowering.ts';
import { internalsOf } from '../../src/internals.ts';
import type { PortCodec } from '../../src/kernels/assemble.ts';
import { assemble, packParams } from '../../src/kernels/assemble.ts';
import type { Recorder, RecordRequest } from '../../src/graph/record.ts';

/** A recorder that runs each kernel at once. The simplest thing that is right: what the graph does must equal it. */
export function dispatchNow(backend: HalfBackend, { conversion }: { readonly conversion: Conversion }): Recorder {
  const { traits } = backend;
  const allocate = (shape: number[], dtype: TensorInfo['dtype'], storage: Storage = 'float32'): TensorInfo => {
    const info = backend.makeTensorInfo(shape, dtype);
    if (storage !== 'float32') internalsOf(backend).tensorMap.get(info.dataId).storage = storage;
    return info;
  };
  const pipelines = new Map<string, GPUComputePipeline>();
  const { device } = backend;
  const facts = (info: TensorInfo) => ({ size: util.sizeFromShape(info.shape), storage: backend.storageOf(info.dataId) });
  const codecOf = (info: TensorInfo): PortCodec => {
    const storage = backend.storageOf(info.dataId);
    return storage === 'float32' ? null : (conversion.codecs?.[storage] ?? null);
  };
  return {
    record({ recipe, inputs, outputs }: RecordRequest): TensorInfo[] {
      const internals = internalsOf(backend);
      const results = outputs.map(({ shape, dtype, storage }, index) => {
        const from = inputs[recipe.updates?.find(([output]) => output === index)?.[1] ?? -1];
        const info = allocate([...shape], dtype, from === undefined ? storage : backend.storageOf(from.dataId));
        return info;
      });
      for (const info of [...inputs, ...results]) backend.uploadToGPU(info.dataId);
      const bufferOf = (info: TensorInfo): GPUBuffer => internals.tensorMap.get(info.dataId).resource as GPUBuffer;
      for (const [output, input] of recipe.updates ?? []) {
        const [from, to] = [bufferOf(inputs[input] as TensorInfo), bufferOf(results[output] as TensorInfo)];
        backend.ensureCommandEncoderReady();
        backend.endComputePassEncoder();
        internals.commandEncoder?.copyBufferToBuffer(from, 0, to, 0, from.size);
      }
      const source = recipe.build({ device: traits, inputs: inputs.map(facts), outputs: results.map(facts) });
      const ports = [...inputs.filter((_, index) => !(recipe.updates ?? []).some(([, input]) => input === index)), ...results];
      const kernel = assemble(source, ports.map(codecOf), conversion);
      const key = kernel.bindings.join() + kernel.code;
      let pipeline = pipelines.get(key);
      if (pipeline === undefined) {
        const entries = kernel.bindings.map((type, binding) => ({ binding, visibility: 4, buffer: { type } }));
        const layout = device.createPipelineLayout({ bindGroupLayouts: [device.createBindGroupLayout({ entries })] });
        pipeline = device.createComputePipeline({
          label: kernel.name,
          layout,
          compute: { module: device.createShaderModule({ code: kernel.code }), entryPoint: 'main' },
        });
        pipelines.set(key, pipeline);
      }
      const resources = ports.map(bufferOf);
      if (source.params !== undefined && source.params.length > 0) {
        const block = packParams(source.params, recipe.scalars);
        const uniform = device.createBuffer({ size: block.byteLength, usage: 0x40 | 0x8 });
        device.queue.writeBuffer(uniform, 0, block);
        resources.push(uniform);
      }
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      const pass = internals.commandEncoder?.beginComputePass() as GPUComputePassEncoder;
      pass.setPipeline(pipeline);
      pass.setBindGroup(
        0,
        device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: resources.map((buffer, binding) => ({ binding, resource: { buffer } })),
        }),
      );
      pass.dispatchWorkgroups(...kernel.dispatch);
      pass.end();
      backend.submitQueue();
      return results;
    },
  };
}
