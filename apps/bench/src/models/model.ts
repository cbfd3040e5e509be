import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core';

/** Inputs and targets of one step. Whoever makes a batch disposes it. */
export interface Batch {
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

/** A model with its optimizer, ready to be trained. */
export interface TrainModel {
  /** What the optimizer moves, in a fixed order. */
  readonly variables: readonly Variable[];
  /**
   * One training step. Everything is issued before the first wait, and the loss is the only thing that is waited for.
   *
   * @returns the mean loss of the batch before the update
   */
  train(batch: Batch): Promise<number>;
  /**
   * Judges by a batch that is not trained on: batch norm takes its moving statistics.
   *
   * @returns the mean loss of the batch
   */
  judge(batch: Batch): Promise<number>;
  /** Frees the variables; the optimizer stays the caller's. */
  dispose(): void;
}

/** Sizes of a model. What a model has no use for is left out of its defaults and refused by `modelOptions`. */
export interface ModelOptions {
  readonly batch: number;
  /** Pixels a side of pictures, tokens of a sequence, hidden units of the MLP. */
  readonly size: number;
  /** Repeated blocks; 0 for a model whose depth is fixed. */
  readonly depth: number;
  /** Of weights and data. */
  readonly seed: number;
  /** How slowly the moving statistics of batch norm follow; 0.99 unless set, as in tfjs. */
  readonly batchNormMomentum?: number;
}

/** Which optimizer a model is trained with, in the words of its formula. */
export interface OptimizerSpec {
  readonly name: OptimizerName;
  readonly learningRate: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
}

/** The optimizers that a model can be trained with. */
export type OptimizerName = 'sgd' | 'momentum' | 'adam' | 'adamw' | 'adamax' | 'adagrad' | 'rmsprop' | 'lamb';

/** A model as plain functions: the same weights, data and formulas on every backend. */
export interface ModelDefinition {
  readonly name: string;
  /** One line for tables. */
  readonly title: string;
  readonly defaults: ModelOptions;
  readonly optimizer: OptimizerSpec;
  /** What `items` counts. */
  readonly item: 'image' | 'token';
  /** Items of one step. */
  readonly items: (options: ModelOptions) => number;
  /** Allocates the variables on the current backend; takes the optimizer as it is. */
  readonly build: (options: ModelOptions, optimizer: Optimizer) => TrainModel;
  /** A seeded batch to measure with; other data of the same shapes does as well. */
  readonly example: (options: ModelOptions) => Batch;
}

/**
 * Fills in the sizes that are not given.
 *
 * Pure.
 *
 * @throws RangeError for a depth where the model's depth is fixed
 */
export function modelOptions(model: ModelDefinition, wanted: { readonly [Key in keyof ModelOptions]?: number | undefined }): ModelOptions {
  const { defaults, name } = model;
  if (wanted.depth !== undefined && defaults.depth === 0)
    throw new RangeError(`[bench] --depth needs a model of repeated blocks, got ${name}. Leave it out, or use --model transformer.`);
  return {
    batch: wanted.batch ?? defaults.batch,
    size: wanted.size ?? defaults.size,
    depth: wanted.depth ?? defaults.depth,
    seed: wanted.seed ?? defaults.seed,
  };
}
