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

/**
 * Where kernels of ours put their work. Nothing runs yet: results are handles whose numbers are computed when somebody
 * needs them, and never if nobody does.
 */
export interface Recorder {
  record(request: RecordRequest): TensorInfo[];
}
