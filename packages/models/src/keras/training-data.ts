import { joinBytes } from '../bytes/join-bytes.ts';
import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose, Tensor as TensorClass } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { message, show } from '../bytes/model-file-error.ts';
import type { HandOverData, HandOverFeature } from './hand-over.ts';
import { FILES } from './hand-over.ts';
import { exampleBytes, recordBytes } from './tf-record.ts';

/** Tensors of one side of the data: for a single input or output, in the model's order, or by its names. */
export type SideOfData = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** A batch, or all data at once: what `fit(xs, ys)` takes and what a dataset for `fitDataset` gives. */
export interface BatchOfData {
  readonly xs: SideOfData;
  readonly ys: SideOfData;
}

/** A `tf.data.Dataset` of batches, as `fitDataset` takes it. */
export interface DatasetOfBatches {
  iterator(): Promise<{ next(): Promise<{ readonly value: unknown; readonly done: boolean }> }>;
}

/** How much of the data is written, and in what pieces. */
export interface DataLimits {
  /** The most examples; all unless set. A dataset that repeats for ever needs it. */
  readonly examples?: number | undefined;
  /** Where one file of records ends and the next begins, 64 MiB unless set. */
  readonly shardBytes?: number | undefined;
}

type Write = (path: string, bytes: Uint8Array) => Promise<void>;

/** Writes data as files of records. Tensors that are given stay the caller's; those of a dataset are disposed. */
export async function writeData(
  model: LayersModel,
  data: BatchOfData | DatasetOfBatches,
  { examples = Infinity, shardBytes = 64 * 2 ** 20, write }: DataLimits & { readonly write: Write },
): Promise<HandOverData> {
  const files: string[] = [];
  let features: readonly HandOverFeature[] | null = null;
  let pending: Uint8Array[] = [];
  let [bytes, count] = [0, 0];
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    const path = `${FILES.data}/part-${String(files.length).padStart(5, '0')}.tfrecord`;
    await write(path, joinBytes(pending));
    files.push(path);
    [pending, bytes] = [[], 0];
  };
  for await (const batch of batchesOf(data)) {
    const columns = await columnsOf(model, batch);
    features = sameFeatures(features, columns);
    const rows = columns[0]?.rows ?? 0;
    for (let row = 0; row < rows && count < examples; row++, count++) {
      const record = recordBytes(exampleBytes(columns.map((column) => ({ name: column.feature.name, values: rowOf(column, row) }))));
      pending.push(record);
      bytes += record.length;
      if (bytes >= shardBytes) await flush();
    }
    if (count >= examples) break;
  }
  await flush();
  if (features === null || count === 0)
    throw new RangeError(message('data must hold an example', 'none', 'Pass { xs, ys }, or a dataset of batches.'));
  return { files, features, count };
}

interface Column {
  readonly feature: HandOverFeature;
  readonly values: Float32Array | Int32Array | Uint8Array;
  readonly rows: number;
  readonly size: number;
}

async function* batchesOf(data: BatchOfData | DatasetOfBatches): AsyncGenerator<BatchOfData, void, undefined> {
  if (!('iterator' in data && typeof data.iterator === 'function')) {
    yield checkedBatch(data);
    return;
  }
  const iterator = await data.iterator();
  for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
    const batch = checkedBatch(step.value);
    try {
      yield batch;
    } finally {
      dispose([batch.xs, batch.ys] as never);
    }
  }
}

function checkedBatch(value: unknown): BatchOfData {
  if (typeof value === 'object' && value !== null && 'xs' in value && 'ys' in value) return value as BatchOfData;
  throw new TypeError(
    message('data must be { xs, ys }, or a dataset that gives such batches', typeof value, 'Pass what fit or fitDataset takes.'),
  );
}

/** The numbers of a batch, inputs first, in the model's order. Waits for the device. */
async function columnsOf(model: LayersModel, { xs, ys }: BatchOfData): Promise<readonly Column[]> {
  const { inputNames, outputNames } = model as unknown as {
    readonly inputNames?: readonly string[];
    readonly outputNames: readonly string[];
  };
  const names = inputNames ?? model.inputs.map(({ sourceLayer }) => sourceLayer.name);
  const sides = [...tensorsOf(xs, { names, role: 'input' }), ...tensorsOf(ys, { names: outputNames, role: 'target' })];
  const columns = await Promise.all(sides.map(columnOf));
  const [rows, other] = [columns[0]?.rows, columns.find((column) => column.rows !== columns[0]?.rows)];
  if (other === undefined) return columns;
  throw new RangeError(
    message(`${show(other.feature.name)} must have as many examples as the first input, ${rows}`, other.rows, 'Check the batches.'),
  );
}

interface NamedColumn {
  readonly name: string;
  readonly role: HandOverFeature['role'];
  readonly tensor: Tensor;
}

function tensorsOf(
  side: SideOfData,
  { names, role }: { readonly names: readonly string[]; readonly role: HandOverFeature['role'] },
): readonly NamedColumn[] {
  const given: readonly unknown[] =
    side instanceof TensorClass
      ? [side]
      : Array.isArray(side)
        ? (side as readonly Tensor[])
        : names.map((name) => Reflect.get(side as object, name));
  if (given.length !== names.length || !given.every((tensor) => tensor instanceof TensorClass)) {
    throw new RangeError(
      message(
        `data must have a tensor for each ${role}, ${names.join(', ')}`,
        given.length,
        'Pass tensors in this order, or by these names.',
      ),
    );
  }
  return names.map((name, index) => ({ name: role === 'input' ? name : `${name}_target`, role, tensor: given[index] as Tensor }));
}

async function columnOf({ name, role, tensor }: NamedColumn): Promise<Column> {
  const { dtype } = tensor;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw new TypeError(message(`${show(name)} must be float32, int32 or bool`, dtype, 'Encode it as numbers.'));
  }
  const [rows = 0, ...rest] = tensor.shape;
  const shape = rest.length === 0 ? [1] : rest; // as fit does with a list of numbers
  const values = (await tensor.data()) as Column['values'];
  return { feature: { name, dtype, shape, role }, values, rows, size: shape.reduce((size, length) => size * length, 1) };
}

function rowOf({ values, size }: Column, row: number): Column['values'] {
  return values.subarray(row * size, (row + 1) * size);
}

function sameFeatures(known: readonly HandOverFeature[] | null, columns: readonly Column[]): readonly HandOverFeature[] {
  for (const [index, { shape, dtype, name }] of (known ?? []).entries()) {
    const now = columns[index]?.feature;
    if (now?.dtype === dtype && JSON.stringify(now.shape) === JSON.stringify(shape)) continue;
    throw new RangeError(
      message(
        `all batches must give ${show(name)} as ${dtype} [${shape.join(', ')}]`,
        `${now?.dtype} [${now?.shape.join(', ')}]`,
        'Pad or resize.',
      ),
    );
  }
  return known ?? columns.map(({ feature }) => feature);
}
