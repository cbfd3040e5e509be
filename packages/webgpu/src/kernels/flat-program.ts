import { util } from '@tensorflow/tfjs-core';
import type { Program } from '../internals.ts';

const WORKGROUP = 64;

/** A program of ours in the form that tfjs's backend runs: one invocation for each output element (or four of them). */
export interface FlatProgram {
  readonly name: string;
  readonly shape: readonly number[];
  readonly inputs: readonly string[];
  /** Elements an invocation handles: 1 or 4. */
  readonly component: 1 | 4;
  /** WGSL that runs for each `index` below `uniforms.size`. */
  readonly body: string;
  /** Members added to the uniforms, as `name : type,`. */
  readonly uniforms?: string;
}

/** Fills in what tfjs wants to know about dispatch and layout. */
export function flatProgram({ name, shape, inputs, component, body, uniforms }: FlatProgram): Program {
  const outputShape = [...shape];
  const groups = Math.ceil(util.sizeFromShape(outputShape) / (WORKGROUP * component));
  const program = {
    outputShape,
    variableNames: [...inputs],
    variableComponents: inputs.map(() => component),
    outputComponent: component,
    dispatchLayout: { x: outputShape.map((_, i) => i) },
    dispatch: [groups, 1, 1] as [number, number, number],
    workgroupSize: [WORKGROUP, 1, 1] as [number, number, number],
    size: true,
    shaderKey: `${name}_${component}`,
    getUserCode: () => `
  fn main(index : i32) {
    if (index < uniforms.size) {
      ${body}
    }
  }`,
    ...(uniforms === undefined ? {} : { uniforms }),
  };
  return program as unknown as Program;
}
