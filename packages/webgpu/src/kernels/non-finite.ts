import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../backend.ts';
import type { Program } from '../internals.ts';
import { flatProgram } from './flat-program.ts';

/**
 * Tests by exponent bits: WGSL lets a compiler assume that NaN and infinity do not exist, so `x != x` and comparisons
 * with infinity prove nothing.
 */
const BIT_TESTS = {
  IsFinite: '(bits & 0x7f800000u) != 0x7f800000u',
  IsInf: '(bits & 0x7fffffffu) == 0x7f800000u',
  IsNan: '(bits & 0x7fffffffu) > 0x7f800000u',
} as const;

/** Kernels that replace tfjs's own tests for non-finite numbers. */
export const bitTestKernels: readonly Pick<KernelConfig, 'kernelName' | 'kernelFunc'>[] = Object.entries(BIT_TESTS).map(
  ([kernelName, test]) => ({
    kernelName,
    kernelFunc: ({ inputs, backend }) => {
      const x = inputs['x'] as TensorInfo;
      const program = flatProgram({
        name: `halftone${kernelName}`,
        shape: x.shape,
        inputs: ['x'],
        component: 1,
        body: `let bits = bitcast<u32>(f32(x[index])); setOutputAtIndexI32(index, i32(${test}));`,
      });
      return (backend as HalfBackend).runWebGPUProgram(program, [x], 'bool');
    },
  }),
);

const WORKGROUP = 64;
const ELEMENTS_EACH = 16;

/** Marks the flag with `which` if the tensor holds an infinity or NaN and no earlier tensor did. */
function markProgram(size: number): Program {
  const program = {
    outputShape: [1],
    variableNames: ['x'],
    dispatchLayout: { x: [0] },
    dispatch: [Math.ceil(size / (WORKGROUP * ELEMENTS_EACH)), 1, 1],
    workgroupSize: [WORKGROUP, 1, 1],
    atomic: true,
    uniforms: 'count : i32, which : i32,',
    shaderKey: 'halftoneMarkNonFinite',
    getUserCode: () => `
  fn main(index : i32) {
    var found = false;
    for (var k = 0; k < ${ELEMENTS_EACH}; k = k + 1) {
      let at = (i32(workgroupIndex()) * ${ELEMENTS_EACH} + k) * ${WORKGROUP} + i32(localIndex);
      if (at < uniforms.count) {
        found = found || (bitcast<u32>(f32(x[at])) & 0x7f800000u) == 0x7f800000u;
      }
    }
    if (found) {
      // dispatches run in order, so the first tensor that finds the flag unset stays in it
      loop {
        let seen = atomicCompareExchangeWeak(&result[0], -1, uniforms.which);
        if (seen.exchanged || seen.old_value != -1) { break; }
      }
    }
  }
  fn workgroupIndex() -> u32 {
    return (workgroupId.z * numWorkgroups.y + workgroupId.y) * numWorkgroups.x + workgroupId.x;
  }`,
  };
  return program as unknown as Program;
}

/**
 * int32 `[1]`: index of the first tensor that holds an infinity or NaN, or -1. One dispatch a tensor, no readback.
 * The caller owns the result.
 */
export function firstNonFinite(backend: HalfBackend, tensors: readonly TensorInfo[]): TensorInfo {
  const flag = backend.makeTensorInfo([1], 'int32', Int32Array.of(-1));
  tensors.forEach((tensor, which) => {
    const size = util.sizeFromShape(tensor.shape);
    if (size === 0 || tensor.dtype !== 'float32') return;
    const uniforms = [
      { type: 'int32', data: [size] },
      { type: 'int32', data: [which] },
    ];
    backend.runWebGPUProgram(markProgram(size), [tensor], 'int32', uniforms, flag);
  });
  return flag;
}
