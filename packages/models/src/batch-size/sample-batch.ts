import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor, util } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { BatchSizeOptions, SampleBatch } from './options.ts';

/** As tfjs gives it: `null` for what is free. */
type Shape = readonly (number | null)[];

/** Makes batches of any size for a model; what it makes is the caller's. */
export type BatchMaker = (batchSize: number) => { readonly xs: Tensor[]; readonly ys: Tensor[] };

/** How batches of a model are made: by the user's function, or from the shapes of its inputs and outputs. */
export function batchMaker(model: LayersModel, { sample, inputShape }: BatchSizeOptions): BatchMaker {
  if (sample !== undefined) return (batchSize) => asLists(sample(batchSize), batchSize);
  const given = inputShape === undefined ? [] : isList(inputShape) ? inputShape : [inputShape];
  const inputs = model.inputs.map(({ name, shape, dtype }, i) => ({ dtype, shape: sampleShape(`input '${name}'`, shape, given[i]) }));
  const targets = model.outputs.map(({ name, shape }, i) => targetShape(name, shape, lossOf(model, i)));
  return (batchSize) => ({
    // from the host, as data comes: what the device makes by itself may never take a buffer
    xs: inputs.map(({ shape, dtype }) =>
      filled([batchSize, ...shape], dtype === 'int32' ? 0 : 0.5, dtype === 'int32' ? 'int32' : 'float32'),
    ),
    ys: targets.map((shape) => filled([batchSize, ...shape], 0, 'float32')),
  });
}

function asLists({ xs, ys }: SampleBatch, batchSize: number): ReturnType<BatchMaker> {
  const lists = { xs: [xs].flat() as Tensor[], ys: [ys].flat() as Tensor[] };
  const wrong = [...lists.xs, ...lists.ys].find(({ shape }) => shape[0] !== batchSize);
  if (wrong === undefined) return lists;
  for (const made of [...lists.xs, ...lists.ys]) made.dispose();
  throw new RangeError(
    `[models] sample(${batchSize}) must make tensors of ${batchSize} rows, got [${wrong.shape.join(', ')}]. Make them of the size that it is called with.`,
  );
}

function sampleShape(what: string, shape: Shape, given: readonly number[] | undefined): number[] {
  const own = shape.slice(1);
  const known = own.map((dimension, i) => dimension ?? given?.[i] ?? null);
  if (given !== undefined && given.length !== own.length)
    throw new RangeError(
      `[models] inputShape must have ${own.length} dimensions for ${what}, got [${given.join(', ')}]. Leave out the batch.`,
    );
  if (!known.includes(null)) return known as number[];
  throw new RangeError(
    `[models] findBatchSize() must know the shape of one sample, got ${what} with [${own.map((one) => one ?? '?').join(', ')}]. Pass inputShape, or sample.`,
  );
}

/** Sparse cross entropy takes class numbers, everything else what the model gives. */
function targetShape(name: string, shape: Shape, loss: unknown): number[] {
  const sparse = loss === 'sparseCategoricalCrossentropy';
  const own = withoutFree(shape.slice(1));
  if (own !== null) return sparse ? [...own.slice(0, -1), 1] : own;
  throw new RangeError(
    `[models] findBatchSize() must know the shape of one target, got output '${name}' with free dimensions. Pass sample: (batchSize) => ({ xs, ys }).`,
  );
}

const withoutFree = (shape: Shape): number[] | null => (shape.includes(null) ? null : [...(shape as number[])]);

function lossOf({ loss, outputNames }: LayersModel, index: number): unknown {
  if (Array.isArray(loss)) return loss[index];
  return typeof loss === 'object' && loss !== null ? Reflect.get(loss, outputNames[index] ?? '') : loss;
}

function filled(shape: number[], value: number, dtype: 'float32' | 'int32'): Tensor {
  const size = util.sizeFromShape(shape);
  return tensor((dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)).fill(value), shape, dtype);
}

function isList(shape: readonly number[] | readonly (readonly number[])[]): shape is readonly (readonly number[])[] {
  return Array.isArray(shape[0]);
}
