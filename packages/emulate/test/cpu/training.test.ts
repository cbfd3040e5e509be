import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it } from 'vitest';
import { setDefaultPolicy, storageOf } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { EmulatedHandle, EmulateOptions } from '../../src/index.ts';
import { useEmulated } from '../../src/index.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  while (undo.length > 0) undo.pop()?.();
});

async function start(policy: string, options: EmulateOptions = {}): Promise<EmulatedHandle> {
  const handle = await useEmulated(options);
  undo.push(() => handle.dispose(), setDefaultPolicy(policy));
  return handle;
}

/** A small net with each kind of layer that common models have; depthwise convolution and embedding-like gathers included. */
function createModel(): layers.Sequential {
  const { layers: L, initializers } = layers;
  const seeded = (seed: number) => initializers.glorotUniform({ seed });
  return layers.sequential({
    layers: [
      L.conv2d({ inputShape: [12, 12, 1], filters: 8, kernelSize: 3, padding: 'same', kernelInitializer: seeded(1) }),
      L.batchNormalization({ momentum: 0.9 }),
      L.reLU(),
      L.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', depthwiseInitializer: seeded(2) }),
      L.leakyReLU(),
      L.maxPooling2d({ poolSize: 2 }),
      L.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }),
      L.flatten(),
      L.dense({ units: 4, activation: 'softmax', kernelInitializer: seeded(3) }),
    ] as never,
  });
}

/** Noisy pictures of four patterns. */
function createBatch(): { readonly x: tf.Tensor; readonly y: tf.Tensor } {
  return tf.tidy(() => {
    const ids = tf.tensor1d(
      Array.from({ length: 16 }, (_, i) => (i * 7) % 4),
      'int32',
    );
    const patterns = tf.randomNormal([4, 12, 12, 1], 0, 1, 'float32', 3);
    return {
      x: tf.add(tf.gather(patterns, ids), tf.mul(tf.randomNormal([16, 12, 12, 1], 0, 1, 'float32', 7), 0.3)),
      y: tf.cast(tf.oneHot(ids, 4), 'float32'),
    };
  });
}

async function train(steps: number): Promise<number[]> {
  const model = createModel();
  model.compile({ optimizer: tf.train.sgd(0.2), loss: 'categoricalCrossentropy' });
  const { x, y } = createBatch();
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push((await model.trainOnBatch(x, y)) as number);
  for (const { val } of model.weights as unknown as readonly { readonly val: tf.Variable }[]) expect(storageOf(val)).toBe('float32');
  tf.dispose([x, y]);
  model.dispose();
  return losses;
}

describe('a small net', () => {
  it.each(['wasm', 'cpu'] as const)('trains in half almost as in float32, on %s', async (base) => {
    await start('float32', { base });
    const exact = await train(12);
    undo.pop()?.();
    undo.push(setDefaultPolicy('mixed_float16'));
    const half = await train(12);
    undo.pop()?.();
    undo.push(setDefaultPolicy('mixed_bfloat16'));
    const brain = await train(12);
    expect(exact[11]).toBeLessThan((exact[0] as number) / 2);
    expect(half).toBeCloseInFormat(exact, 'float16', { terms: 4 });
    expect(brain).toBeCloseInFormat(exact, 'bfloat16', { terms: 4 });
    expect(half).not.toEqual(exact);
  });
  it('gives the same bits on every run', async () => {
    await start('mixed_float16');
    expect(await train(6)).toEqual(await train(6));
  });
  it('gives almost the same numbers on both bases', async () => {
    await start('mixed_float16');
    const onWasm = await train(8);
    while (undo.length > 0) undo.pop()?.();
    await start('mixed_float16', { base: 'cpu' });
    expect(onWasm).toBeCloseInFormat(await train(8), 'float16', { terms: 64 });
  });
  it('holds as much after step 40 as after step 5', async () => {
    const handle = await start('mixed_float16');
    const model = createModel();
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    const { x, y } = createBatch();
    const held = async (steps: number): Promise<object> => {
      for (let i = 0; i < steps; i++) await model.trainOnBatch(x, y);
      const { numTensors, numDataBuffers, numBytes } = tf.memory();
      return { numTensors, numDataBuffers, numBytes, ...handle.memory(), dataIds: tf.backend().numDataIds() };
    };
    expect(await held(5)).toEqual(await held(35));
    tf.dispose([x, y]);
    model.dispose();
  });
  it('needs no kernel of the cpu backend', async () => {
    const handle = await start('mixed_float16');
    await train(2);
    expect(handle.fallbacks()).toEqual({});
  });
});

it('trains an embedding through UnsortedSegmentSum', async () => {
  await start('mixed_float16');
  const table = tf.variable(tf.randomNormal([20, 32], 0, 1, 'float32', 1));
  const ids = tf.tensor1d(
    Array.from({ length: 24 }, (_, i) => (i * 5) % 20),
    'int32',
  );
  const optimizer = tf.train.sgd(0.5);
  const losses = Array.from({ length: 10 }, () =>
    tf.tidy(() => optimizer.minimize(() => tf.mean(tf.square(tf.gather(table, ids))) as tf.Scalar, true, [table])?.dataSync()[0] as number),
  );
  expect(losses[9]).toBeLessThan(losses[0] as number);
  expect(storageOf(table)).toBe('float32');
  tf.dispose([table, ids]);
  optimizer.dispose();
});

describe('ranges()', () => {
  it('tells which kernels overflow and underflow, and how far they went', async () => {
    const handle = await start('float16', { observe: true });
    tf.tidy(() => {
      tf.mul(tf.tensor1d([1e5, 1, 1e-9, -6e-6, NaN]), 1); // everything is half: one element or five
      tf.mul(tf.tensor1d([300]), 300);
      tf.relu(tf.neg(tf.ones([3])));
    });
    expect(handle.ranges()['Multiply']).toEqual({
      outputs: 2,
      values: 6,
      overflow: 2,
      underflow: 1,
      subnormal: 1,
      nonFinite: 1,
      maxAbs: Math.fround(1e5),
    });
    expect(handle.ranges()).not.toHaveProperty('Relu'); // of half numbers it makes none that would have to be rounded
    handle.resetRanges();
    expect(handle.ranges()).toEqual({});
  });
  it('counts nothing that stays float32', async () => {
    const handle = await start('mixed_float16', { observe: true });
    tf.tidy(() => void tf.exp(tf.fill([300], 50)));
    expect(handle.ranges()).toEqual({});
  });
});

describe('memory()', () => {
  it('tells what float32 takes and what half would', async () => {
    const handle = await start('mixed_float16');
    const x = tf.tensor2d(new Float32Array(1024), [32, 32]);
    const product = tf.matMul(x, x);
    expect(handle.memory()).toEqual({ physicalBytes: 8192, peakBytes: 8192, emulatedBytes: 4096 + 2048, peakEmulatedBytes: 4096 + 2048 });
    expect(tf.memory()).toMatchObject(handle.memory());
    const clone = product.clone();
    product.dispose();
    expect(handle.memory().physicalBytes).toBe(8192);
    tf.dispose([x, clone]);
    expect(handle.memory()).toMatchObject({ physicalBytes: 0, emulatedBytes: 0, peakBytes: 8192 });
    handle.resetPeak();
    expect(handle.memory().peakBytes).toBe(0);
  });
});
