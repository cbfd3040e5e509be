import type { ScalarRef } from '../emit/binder.ts';
import type { GraphShape } from '../node.ts';
import type { PlanBuffer } from './memory-plan.ts';

/** One dispatch of a plan. */
export interface PlanStep {
  readonly label: string;
  readonly pipeline: () => GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Index of the plan's buffer at each binding, and how many bytes of it are bound. */
  readonly bound: readonly { readonly buffer: number; readonly bytes: number }[];
  readonly dispatch: readonly [number, number, number];
  /** Its part of the uniform buffer. */
  readonly params: { readonly offset: number; readonly bytes: number } | null;
  readonly copies: readonly (readonly [from: number, to: number, bytes: number])[];
}

/** A number of the uniform buffer that is written anew when it has changed. */
export interface PlanScalar extends Omit<ScalarRef, 'param' | 'scalar'> {
  readonly byte: number;
  readonly type: 'f32' | 'i32' | 'u32';
  /** Index into a map node's scalars, or the name in a recipe's. */
  readonly scalar: number | string;
}

/** Everything about running one graph that does not change from run to run. */
export interface Plan {
  readonly shape: GraphShape;
  readonly steps: readonly PlanStep[];
  readonly buffers: readonly PlanBuffer[];
  /** For each slot that has a buffer: which. */
  readonly bufferOf: ReadonlyMap<number, number>;
  readonly params: ArrayBuffer;
  readonly scalars: readonly PlanScalar[];
  /** Compiles every pipeline without blocking; `onCompiled` is called after each. */
  readonly compile: (onCompiled: (done: number, total: number) => void) => Promise<void>;
}

/** Uniform bindings start at multiples of this. */
export const UNIFORM_ALIGNMENT = 256;
