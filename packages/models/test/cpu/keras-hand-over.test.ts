import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { dynamicLossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import { adamW, lamb, optimizerState } from '@halftone/optimizer';
import { mixedPrecision, readSafetensors, setLayerPolicy, writeSafetensors } from '../../src/index.ts';
import type { HandOver, KerasObject } from '../../src/keras/hand-over.ts';
import { scaleIn } from '../../src/keras/scale-in.ts';
import { scaleOut } from '../../src/keras/scale-out.ts';

let handle: EmulatedHandle;
let folder: string;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
  folder = mkdtempSync(join(tmpdir(), 'halftone-hand-over-'));
});
afterAll(() => {
  handle.dispose();
  rmSync(folder, { recursive: true });
});
afterEach(() => tf.disposeVariables());

const OPTIMIZERS = {
  SGD: () => tf.train.sgd(0.125),
  Momentum: () => tf.train.momentum(0.125, 0.75),
  Nesterov: () => tf.train.momentum(0.125, 0.75, true),
  Adam: () => tf.train.adam(0.0625),
  Adamax: () => tf.train.adamax(0.0625),
  RMSProp: () => tf.train.rmsprop(0.0625, 0.875, 0.5),
  'RMSProp without momentum': () => tf.train.rmsprop(0.0625),
  Adagrad: () => tf.train.adagrad(0.0625),
  Adadelta: () => tf.train.adadelta(0.5),
  AdamW: () => adamW(0.0625, { weightDecay: 0.125, excludeFromDecay: ['bias'] }),
  Lamb: () => lamb(0.0625, { weightDecay: 0 }),
} as const;

function net(optimizer: tf.Optimizer = tf.train.adam(0.0625)): LayersModel {
  const { dense, batchNormalization } = tfl.layers;
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 5 });
  const inner = tfl.sequential({
    name: 'inner',
    layers: [
      dense({ units: 6, inputShape: [4], name: 'deep', activation: 'tanh', kernelInitializer }),
      batchNormalization({ name: 'norm' }),
    ],
  });
  const model = tfl.sequential({
    name: 'net',
    layers: [inner, dense({ units: 3, name: 'head', activation: 'softmax', kernelInitializer })],
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

const data = (): { readonly xs: tf.Tensor; readonly ys: tf.Tensor } => ({
  xs: tf.tensor(
    Array.from({ length: 48 }, (_, at) => Math.sin(at * 1.7)),
    [12, 4],
  ),
  ys: tf.tensor(
    Array.from({ length: 36 }, (_, at) => Number(at % 3 === Math.floor(at / 3) % 3)),
    [12, 3],
  ),
});

async function steps(model: LayersModel, count: number): Promise<void> {
  const { xs, ys } = data();
  for (let step = 0; step < count; step++) await model.trainOnBatch(xs, ys);
  tf.dispose([xs, ys]);
}

/** A sink, and the same files as train.py would leave them without a step. */
function memory(): {
  readonly files: Map<string, Uint8Array>;
  readonly write: (path: string, bytes: Uint8Array) => void;
  readonly read: (path: string) => Uint8Array;
} {
  const files = new Map<string, Uint8Array>();
  return { files, write: (path, bytes) => void files.set(path, bytes), read: (path) => files.get(path.replace('out/', '')) as Uint8Array };
}

const weightsNow = (model: LayersModel): readonly number[][] => model.getWeights().map((weight) => [...weight.dataSync()]);
const slotsNow = (model: LayersModel): readonly number[][] => {
  const optimizer = model.optimizer as tf.Optimizer & { readonly inner?: tf.Optimizer };
  return optimizerState(optimizer.inner ?? optimizer).slots.map(({ variable }) => [...variable.dataSync()]);
};

test.each(Object.entries(OPTIMIZERS))('%s goes on after a hand-over as if there had been none', async (_, make) => {
  const model = net(make());
  await steps(model, 3);
  const project = memory();
  await scaleOut(model, project, { strategy: 'mirrored' });
  await steps(model, 4);
  const other = net(make());
  const report = await scaleIn(other, project);
  expect(report).toEqual({ step: 3, epoch: 0, iterations: 3, lossScale: null });
  await steps(other, 4);
  for (const [now, then] of [
    [weightsNow(other), weightsNow(model)],
    [slotsNow(other), slotsNow(model)],
  ] as const) {
    expect(now).toHaveLength(then.length);
    for (const [at, values] of now.entries()) {
      for (const [i, value] of values.entries()) expect(Math.abs(value - (then[at]?.[i] ?? NaN))).toBeLessThan(2e-6);
    }
  }
});

test('a project says all that training.json of the contract says', async () => {
  const model = mixedPrecision(net(adamW(0.5, { excludeFromDecay: ['bias', 'beta', 'gamma'] })), 'mixed_float16', {
    lossScale: dynamicLossScale({ initialScale: 1024, growthInterval: 7 }),
    clipNorm: 2,
  });
  setLayerPolicy(model, 'inner/norm', 'float32');
  await steps(model, 2);
  const project = memory();
  const { xs, ys } = data();
  const { training, files } = await scaleOut(model, project, {
    strategy: 'multi_worker',
    data: { xs, ys },
    batchSize: 6,
    epochs: 3,
    seed: 9,
    shardBytes: 300,
  });
  const policy = (name: string): KerasObject => ({ module: 'keras', class_name: 'DTypePolicy', config: { name }, registered_name: null });
  expect(training).toEqual({
    version: 1,
    step: 2,
    epoch: 0,
    epochs: 3,
    seed: 9,
    policy: policy('mixed_float16'),
    layerPolicies: { 'inner/norm': policy('float32'), head: policy('float32') },
    lossScale: { kind: 'dynamic', scale: 1024, goodSteps: 2, growthInterval: 7, skipped: 0 },
    optimizer: {
      class_name: 'AdamW',
      config: { learning_rate: 0.5, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, weight_decay: 0.01, global_clipnorm: 2 },
      iterations: 2,
      undecayed: ['inner/deep/1', 'inner/norm/0', 'inner/norm/1', 'head/1'],
    },
    loss: ['categorical_crossentropy'],
    metrics: ['accuracy'],
    batchSize: 6,
    strategy: 'multi_worker',
    data: {
      files: ['data/part-00000.tfrecord', 'data/part-00001.tfrecord', 'data/part-00002.tfrecord', 'data/part-00003.tfrecord'].slice(
        0,
        training.data?.files.length,
      ),
      features: [
        { name: 'deep_input', dtype: 'float32', shape: [4], role: 'input' },
        { name: 'head_target', dtype: 'float32', shape: [3], role: 'target' },
      ],
      count: 12,
    },
  } satisfies HandOver);
  expect(training.data?.files.length).toBeGreaterThan(1);
  expect(new TextDecoder().decode(project.files.get('training.json'))).toContain('"global_clipnorm": 2.0');
  expect([...project.files.keys()]).toEqual(files);
  for (const path of ['model.json', 'train.py', 'requirements.txt', 'Dockerfile', 'job.yaml', 'README.md']) expect(files).toContain(path);
  const { tensors } = await readSafetensors(project.files.get('weights.safetensors') as Uint8Array<ArrayBuffer>);
  expect(tensors.map(({ name }) => name).sort()).toEqual([
    'head/0',
    'head/1',
    'inner/deep/0',
    'inner/deep/1',
    'inner/norm/0',
    'inner/norm/1',
    'inner/norm/2',
    'inner/norm/3',
  ]);
});

test('the loss scale comes back as Keras left it', async () => {
  const model = mixedPrecision(net(), 'mixed_float16', { lossScale: dynamicLossScale({ initialScale: 1024 }) });
  await steps(model, 2);
  const project = memory();
  const { training } = await scaleOut(model, project, { strategy: 'mirrored' });
  const lossScale = { ...training.lossScale, scale: 256, goodSteps: 5, skipped: 2 };
  const changed = { ...training, step: 11, epoch: 1, lossScale, optimizer: { ...training.optimizer, iterations: 9 } };
  project.files.set('training.json', new TextEncoder().encode(JSON.stringify(changed)));
  expect((await scaleIn(model, project)).step).toBe(11);
  const optimizer = model.optimizer as MixedPrecisionOptimizer;
  expect(await optimizer.lossScaleState()).toEqual({ scale: 256, goodSteps: 5, skippedInRow: 0, skipped: 2, applied: 9 });
  expect(optimizer.iterations).toBe(9);
});

test('in Node the folder is there whole or not at all, and is never written over', async () => {
  const target = join(folder, 'project');
  const model = net();
  const { xs, ys } = data();
  const broken = { iterator: async () => ({ next: () => Promise.reject(new Error('the disk of the camera is full')) }) };
  await expect(scaleOut(model, target, { strategy: 'mirrored', data: broken })).rejects.toThrow('camera');
  expect(readdirSync(folder)).toEqual([]);
  const { files } = await scaleOut(model, target, { strategy: 'mirrored', data: { xs, ys } });
  expect(readdirSync(folder)).toEqual(['project']);
  for (const path of files) expect(readFileSync(join(target, ...path.split('/'))).length).toBeGreaterThan(0);
  await expect(scaleOut(model, target, { strategy: 'mirrored' })).rejects.toThrow('must be new or empty');
  await expect(scaleIn(model, target)).rejects.toThrow('must hold out/');
  mkdirSync(join(target, 'out'));
  for (const name of ['training.json', 'weights.safetensors', 'optimizer.safetensors'])
    writeFileSync(join(target, 'out', name), readFileSync(join(target, name)));
  expect((await scaleIn(model, target)).step).toBe(0);
});

test('all that cannot cross is named before a file is written', async () => {
  class Odd extends tf.SGDOptimizer {
    static override get className(): string {
      return 'Odd';
    }
    override getClassName(): string {
      return 'Odd';
    }
  }
  const model = net(new Odd(0.5));
  model.compile({
    optimizer: new Odd(0.5),
    loss: (a: tf.Tensor, b: tf.Tensor) => tf.losses.meanSquaredError(a, b) as tf.Tensor,
    metrics: { head: 'accuracy' },
  });
  mixedPrecision(model, 'mixed_float16,deny=Tanh', {
    accumulate: 2,
    learningRate: () => 0.5,
    lossScale: dynamicLossScale({ growthFactor: 4 }),
  });
  const project = memory();
  const error = (await scaleOut(model, project, { strategy: 'tpu' }).catch((found: unknown) => found)) as Error;
  expect(error.name).toBe('CannotCrossError');
  for (const part of [
    'optimizer Odd',
    "the loss of output 'head'",
    'metrics given for single outputs',
    'Tanh',
    'accumulate 2',
    'function of the steps',
    'growthFactor 4',
    'on a TPU',
  ]) {
    expect(error.message).toContain(part);
  }
  expect(project.files.size).toBe(0);
});

test('settings of optimizers that Keras has no word for are refused', async () => {
  await expect(scaleOut(net(lamb(0.5)), memory(), { strategy: 'mirrored' })).rejects.toThrow('weightDecay 0.01 of the optimizer Lamb');
  await expect(scaleOut(net(tf.train.adamax(0.5, 0.9, 0.999, 1e-7, 0.25)), memory(), { strategy: 'mirrored' })).rejects.toThrow(
    'decay 0.25',
  );
});

test('options that cannot be meant are refused', async () => {
  const model = net();
  await expect(scaleOut(model, memory(), { strategy: 'one_big_machine' as 'tpu' })).rejects.toThrow('strategy must be one of');
  await expect(scaleOut(model, memory(), { strategy: 'tpu', batchSize: 0 })).rejects.toThrow('batchSize must be a whole number from 1');
  await expect(scaleOut(model, memory(), { strategy: 'tpu', batch: 1 } as never)).rejects.toThrow("got 'batch'");
  await expect(scaleOut(model, 5 as never, { strategy: 'mirrored' })).rejects.toThrow('to a folder or to');
  await expect(
    scaleOut(tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] }), memory(), { strategy: 'tpu' }),
  ).rejects.toThrow('needs a compiled model');
});

test('nothing changes where a file does not fit', async () => {
  const model = net();
  await steps(model, 1);
  const project = memory();
  await scaleOut(model, project, { strategy: 'mirrored' });
  const before = [weightsNow(model), slotsNow(model)];
  const good = new Map(project.files);
  const { tensors } = await readSafetensors(good.get('weights.safetensors') as Uint8Array<ArrayBuffer>);
  const json = JSON.parse(new TextDecoder().decode(good.get('training.json'))) as HandOver;
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const broken: readonly (readonly [string, Uint8Array, string])[] = [
    ['weights.safetensors', writeSafetensors(tensors.slice(1)), 'lacks'],
    [
      'weights.safetensors',
      writeSafetensors([...tensors, { name: 'x/0', dtype: 'F32', shape: [1], values: new Float32Array(1) }]),
      'has besides "x/0"',
    ],
    [
      'weights.safetensors',
      writeSafetensors(tensors.map((t) => (t.name === 'head/1' ? { ...t, shape: [1, 3] } : t) as typeof t)),
      'must be [3], got [1, 3]',
    ],
    ['weights.safetensors', writeSafetensors(tensors, { metadata: { step: '7' } }), 'all files must be of step 1'],
    ['weights.safetensors', (good.get('weights.safetensors') as Uint8Array).subarray(0, 200), '[models]'],
    ['optimizer.safetensors', writeSafetensors([]), 'lacks'],
    ['training.json', text({ ...json, version: 2 }), 'version 1'],
    ['training.json', text({ ...json, step: -1 }), 'step in training.json'],
    ['training.json', text({ ...json, optimizer: { ...json.optimizer, class_name: 'Lion' } }), 'compiled with "Lion"'],
    [
      'training.json',
      text({ ...json, optimizer: { ...json.optimizer, config: { ...json.optimizer.config, beta_1: 0.5 } } }),
      'beta_1 of the optimizer must be 0.5',
    ],
    ['training.json', text({ ...json, lossScale: { kind: 'dynamic', scale: -1 } }), 'scale must be a finite number'],
    ['training.json', new Uint8Array([123]), 'must be JSON'],
  ];
  for (const [path, bytes, wrong] of broken) {
    project.files.clear();
    for (const [name, content] of good) project.files.set(name, name === path ? bytes : content);
    await expect(scaleIn(model, project)).rejects.toThrow(wrong);
    expect([weightsNow(model), slotsNow(model)]).toEqual(before);
  }
});

test('a hand-over there and back leaks nothing', async () => {
  const model = net();
  await steps(model, 1);
  const project = memory();
  const { xs, ys } = data();
  const before = tf.memory().numTensors;
  await scaleOut(model, project, { strategy: 'mirrored', data: { xs, ys } });
  expect(tf.memory().numTensors).toBe(before);
  await scaleIn(model, project);
  expect(tf.memory().numTensors).toBe(before);
});
