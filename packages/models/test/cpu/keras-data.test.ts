import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { BatchOfData, DatasetOfBatches } from '../../src/index.ts';
import { exampleBytes, recordBytes } from '../../src/keras/tf-record.ts';
import { writeData } from '../../src/keras/training-data.ts';

beforeAll(() => tf.setBackend('cpu').then(() => undefined));
afterEach(() => tf.disposeVariables());

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('a record is framed with masked checksums, as TensorFlow writes it', () => {
  // tf.io.TFRecordWriter('x').write(b'halftone')
  expect(hex(recordBytes(new TextEncoder().encode('halftone')))).toBe('0800000000000000ff86240f68616c66746f6e6581593810');
});

test('an example has the bytes of tf.train.Example, numbers below 0 included', () => {
  // tf.train.Example(features=Features(feature={'x': float_list [1.5, -2]})) and {'y': int64_list [3, 300, -1]}, SerializeToString()
  expect(hex(exampleBytes([{ name: 'x', values: Float32Array.of(1.5, -2) }]))).toBe('0a130a110a0178120c120a0a080000c03f000000c0');
  expect(hex(exampleBytes([{ name: 'y', values: Int32Array.of(3, 300, -1) }]))).toBe(
    '0a180a160a017912111a0f0a0d03ac02ffffffffffffffffff01',
  );
});

function model(): LayersModel {
  const [a, b] = [tfl.input({ shape: [2], name: 'a' }), tfl.input({ shape: [1], name: 'b', dtype: 'int32' })];
  const sum = tfl.layers.concatenate({ name: 'joined' }).apply([a, b]) as tfl.SymbolicTensor;
  const outputs = ['left', 'right'].map((name) => tfl.layers.dense({ units: 1, name }).apply(sum) as tfl.SymbolicTensor);
  return tfl.model({ inputs: [a, b], outputs });
}

const batch = (rows: number): BatchOfData => ({
  xs: { b: tf.zeros([rows, 1], 'int32'), a: tf.ones([rows, 2]) },
  ys: [tf.zeros([rows, 1]), tf.ones([rows])],
});

/** A dataset that counts what was disposed of it. */
function dataset(batches: readonly BatchOfData[]): DatasetOfBatches {
  return {
    iterator: async () => {
      const left = [...batches];
      return { next: async () => ({ value: left[0] as unknown, done: left.shift() === undefined }) };
    },
  };
}

test('a dataset is written in shards in the order of the model, and its tensors are disposed', async () => {
  const net = model();
  const before = tf.memory().numTensors;
  const files = new Map<string, Uint8Array>();
  const write = async (path: string, bytes: Uint8Array): Promise<void> => void files.set(path, bytes);
  const written = await writeData(net, dataset([batch(3), batch(2)]), { shardBytes: 250, write });
  expect(written).toEqual({
    files: ['data/part-00000.tfrecord', 'data/part-00001.tfrecord'],
    features: [
      { name: 'a', dtype: 'float32', shape: [2], role: 'input' },
      { name: 'b', dtype: 'int32', shape: [1], role: 'input' },
      { name: 'left_target', dtype: 'float32', shape: [1], role: 'target' },
      { name: 'right_target', dtype: 'float32', shape: [1], role: 'target' },
    ],
    count: 5,
  });
  expect([...files.keys()]).toEqual(written.files);
  expect(tf.memory().numTensors).toBe(before);
});

test('no more examples are written than were asked for', async () => {
  const forever: DatasetOfBatches = { iterator: async () => ({ next: async () => ({ value: batch(4), done: false }) }) };
  expect((await writeData(model(), forever, { examples: 6, write: async () => undefined })).count).toBe(6);
});

test('data that does not fit the model is refused', async () => {
  const write = async (): Promise<void> => undefined;
  const net = model();
  const { xs, ys } = batch(2);
  await expect(writeData(net, { xs: [tf.ones([2, 2])], ys }, { write })).rejects.toThrow('a tensor for each input, a, b');
  await expect(writeData(net, { xs, ys: [tf.ones([3, 1]), tf.ones([2])] }, { write })).rejects.toThrow(
    'as many examples as the first input, 2',
  );
  await expect(writeData(net, { xs, ys: [tf.tensor(['?', '!'], [2, 1]), tf.ones([2])] }, { write })).rejects.toThrow(
    'must be float32, int32 or bool',
  );
  const other = { xs: { a: tf.ones([2, 3]), b: tf.ones([2, 1], 'int32') }, ys };
  await expect(writeData(net, dataset([batch(2), other]), { write })).rejects.toThrow('must give "a" as float32 [2], got float32 [3]');
  await expect(writeData(net, dataset([]), { write })).rejects.toThrow('must hold an example');
  await expect(writeData(net, dataset([5 as never]), { write })).rejects.toThrow('a dataset that gives such batches');
});
