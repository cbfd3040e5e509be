import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { Conversion, Lowering } from '../current-lowering.ts';
import { bindingsToLower, loweringKey } from '../current-lowering.ts';
import { internalsOf } from '../internals.ts';
import type { GraphShape, ProgramNode } from './node.ts';
import type { CompiledProgram } from './plan/build-plan.ts';
import type { ProgramUniforms } from './lazy-recorder.ts';

type Run = WebGPUBackend['runWebGPUProgram'];

/** Stands where a buffer would: compiling needs none. */
const NO_BUFFER = {} as GPUBuffer;

/**
 * Compiles a program of tfjs's with tfjs's own code, and takes what it would have dispatched.
 *
 * tfjs's `recordAndSubmit` is replaced on this instance while the program is compiled; the tensors are handles that exist
 * for that time only.
 */
export function stockCompiler(
  backend: WebGPUBackend,
  { run, lowering, conversion }: { run: Run; lowering: Lowering; conversion: Conversion },
): (node: ProgramNode, graph: GraphShape) => CompiledProgram {
  const internals = internalsOf(backend);
  return (node, { slots }) => {
    const { program } = node;
    const { shaderKey, dispatch } = program;
    const handles = new Map<object, number>();
    const handle = (slot: number, shape: readonly number[], dtype: TensorInfo['dtype']): TensorInfo => {
      const dataId = { slot };
      handles.set(dataId, slot);
      internals.tensorMap.set(dataId, {
        values: null,
        dtype: slots[slot]?.dtype ?? dtype,
        shape: [...shape],
        refCount: 1,
        resource: NO_BUFFER,
      });
      return { dataId, shape: [...shape], dtype };
    };
    const inputs = node.inputs.map((slot, index) => handle(slot, node.inputShapes[index] ?? [], slots[slot]?.dtype ?? 'float32'));
    const output = handle(node.outputs[0], node.outputShape, node.outputDtype);
    const bindings = bindingsToLower(
      program,
      inputs,
      output,
      conversion.codecs,
      (dataId) => slots[handles.get(dataId) ?? -1]?.storage ?? 'float32',
    );
    if (bindings !== null) program.shaderKey = loweringKey(shaderKey, bindings);
    const compile = (): TensorInfo => run.call(backend, program, inputs, node.outputDtype, node.uniforms as never, output);
    const { recordAndSubmit } = internals;
    internals.recordAndSubmit = () => undefined;
    try {
      if (bindings === null) compile();
      else lowering.during(bindings, compile);
      const [x, y, z] = program.dispatch; // now within the limits of the device
      const { pipeline } = program as { pipeline?: GPUComputePipeline };
      return { pipeline: pipeline as GPUComputePipeline, uniforms: packUniforms(uniformsOf(node, inputs, output)), dispatch: [x, y, z] };
    } finally {
      internals.recordAndSubmit = recordAndSubmit;
      [program.shaderKey, program.dispatch] = [shaderKey, dispatch]; // tfjs writes on them
      for (const dataId of handles.keys()) internals.tensorMap.delete(dataId);
    }
  };
}

/** The members of the uniform block that tfjs's shaders declare: NaN, infinity, shapes and strides, the size, the program's own. */
function uniformsOf({ program, uniforms }: ProgramNode, inputs: readonly TensorInfo[], output: TensorInfo): ProgramUniforms {
  const shapes = [...inputs, output].flatMap(({ shape }) => [
    { type: 'int32', data: shape },
    { type: 'int32', data: util.computeStrides(shape) },
  ]);
  const facts = program as { size?: boolean; outputComponent?: number };
  const size = util.sizeFromShape(program.outputShape) / (facts.outputComponent || 1);
  return [
    { type: 'float32', data: [NaN] },
    { type: 'float32', data: [Infinity] },
    ...shapes,
    ...(facts.size ? [{ type: 'int32', data: [size] }] : []),
    ...uniforms,
  ];
}

/** Lays members out as WGSL does: vectors of two at multiples of 8, longer ones at multiples of 16; five and six numbers are two vectors. */
function packUniforms(members: ProgramUniforms): ArrayBuffer {
  let end = 0;
  let afterLong = false;
  const placed = members.map(({ type, data }) => {
    const numbers = data.length === 0 ? [1] : Array.from(data);
    const alignment = afterLong || numbers.length > 2 ? 16 : numbers.length * 4;
    const offset = Math.ceil(end / alignment) * alignment;
    end = offset + numbers.length * 4;
    afterLong = numbers.length > 4;
    return { type, numbers, offset };
  });
  const bytes = new ArrayBuffer(Math.ceil(end / 16) * 16);
  const view = new DataView(bytes);
  for (const { type, numbers, offset } of placed) {
    for (const [index, value] of numbers.entries()) {
      const at = offset + index * 4;
      if (type === 'int32') view.setInt32(at, value, true);
      else if (type === 'uint32') view.setUint32(at, value, true);
      else view.setFloat32(at, value, true);
    }
  }
  return bytes;
}
