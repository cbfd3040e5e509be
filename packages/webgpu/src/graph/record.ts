import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Storage } from '@halftone/autocast';
import type { KernelRecipe } from '../kernels/kernel-source.ts';

/** A tensor that a recorded kernel will make. */
export interface OutputFacts {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Unless given: what the decision of the running kernel says for this size. */
  readonly storage?: Storage;
}

/** One kernel of ours on its way into the graph. */
export interface RecordRequest {
  readonly recipe: KernelRecipe;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly OutputFacts[];
}

/** Where an output element finds its input element: `offset + Σ coordinate × stride`, strides in elements, 0 for broadcast. */
export interface View {
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * One operand of an elementwise op: a tensor, as it lies or through a view with one stride for each dimension of the
 * output, or a number, which may change from step to step without a new pipeline.
 */
export type MapOperand = { readonly input: TensorInfo; readonly view?: View } | { readonly scalar: number };

/** One elementwise op: element i of the output from element i (or its view) of each operand. */
export interface MapRequest {
  /** A row of the table of elementwise ops. */
  readonly op: string;
  readonly operands: readonly MapOperand[];
  readonly output: OutputFacts;
  /** Index of the operand that the output is a new version of: where the work cannot be done, the output keeps its numbers. */
  readonly before?: number;
}

/** What a reduction does with its elements; accumulated in float32 (or int32), in a fixed order. */
export type ReduceOp = 'sum' | 'prod' | 'max' | 'min' | 'any' | 'all';

/** One reduction over some axes of a tensor as it lies. */
export interface ReduceRequest {
  readonly op: ReduceOp;
  readonly input: TensorInfo;
  /** Sorted, in range; the shape of the output may keep them as 1 or leave them out. */
  readonly axes: readonly number[];
  readonly output: OutputFacts;
}

/**
 * Where kernels of ours put their work. Nothing runs yet: results are handles whose numbers are computed when somebody
 * needs them, and never if nobody does.
 */
export interface Recorder {
  record(request: RecordRequest): TensorInfo[];
}

/** The part of the recorder that fuses: there only when fusion is on. */
export interface MapRecorder {
  recordMap(request: MapRequest): TensorInfo;
  recordReduce(request: ReduceRequest): TensorInfo;
}
