import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { autocast } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU } from '../../src/index.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await registerWebGPU({ fusion: 'off' }); // law 2: with fusion, float32 equals stock within rounding
});
afterAll(() => handle?.dispose());

const random = (shape: number[], seed: number, low = -3, high = 3): tf.Tensor => tf.randomUniform(shape, low, high, 'float32', seed);
const x4 = (): tf.Tensor4D => random([2, 13, 11, 8], 1) as tf.Tensor4D;
const w4 = (): tf.Tensor4D => random([3, 3, 8, 6], 2) as tf.Tensor4D;
const d4 = (): tf.Tensor4D => random([3, 3, 8, 2], 3) as tf.Tensor4D;
const a2 = (): tf.Tensor2D => random([37, 29], 4) as tf.Tensor2D;
const b2 = (): tf.Tensor2D => random([29, 41], 5) as tf.Tensor2D;
const positive = (): tf.Tensor => random([300, 7], 6, 0.01, 4);
const grad = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor => tf.grad((t) => tf.sum(tf.square(f(t))))(x);

/** Ops by name; the kernels behind them are deterministic in stock (no split-K, no scatter or segment sums). */
const OPS: Readonly<Record<string, () => tf.Tensor>> = {
  matMul: () => tf.matMul(a2(), b2()),
  matMulTransposed: () => tf.matMul(b2(), a2(), true, true),
  fusedMatMul: () => tf.fused.matMul({ a: a2(), b: b2(), bias: random([41], 9), activation: 'relu' }),
  batchMatMul: () => tf.matMul(random([3, 9, 5], 1), random([3, 5, 8], 2)),
  matMulGradient: () => grad((t) => tf.matMul(t as tf.Tensor2D, b2()), a2()),
  conv2d: () => tf.conv2d(x4(), w4(), [2, 1], 'same'),
  conv2dInputGradient: () => grad((t) => tf.conv2d(t as tf.Tensor4D, w4(), 1, 'valid'), x4()),
  conv2dFilterGradient: () => grad((t) => tf.conv2d(x4(), t as tf.Tensor4D, 1, 'same'), w4()),
  depthwise: () => tf.depthwiseConv2d(x4(), d4(), 1, 'same'),
  depthwiseGradient: () => grad((t) => tf.depthwiseConv2d(x4(), t as tf.Tensor4D, 1, 'same'), d4()),
  maxPool: () => tf.maxPool(x4(), 2, 2, 'valid'),
  maxPoolGradient: () => grad((t) => tf.maxPool(t as tf.Tensor4D, 2, 2, 'valid'), x4()),
  avgPoolGradient: () => grad((t) => tf.avgPool(t as tf.Tensor4D, 3, 1, 'same'), x4()),
  batchNorm: () =>
    tf.batchNorm(
      x4(),
      random([8], 1) as tf.Tensor1D,
      random([8], 2, 0.5, 2) as tf.Tensor1D,
      random([8], 3) as tf.Tensor1D,
      random([8], 4) as tf.Tensor1D,
    ),
  batchNormGradient: () =>
    grad(
      (t) =>
        tf.batchNorm(
          t as tf.Tensor4D,
          random([8], 1) as tf.Tensor1D,
          random([8], 2, 0.5, 2) as tf.Tensor1D,
          random([8], 3) as tf.Tensor1D,
          random([8], 4) as tf.Tensor1D,
        ),
      x4(),
    ),
  softmax: () => tf.softmax(a2()),
  logSoftmaxGradient: () => grad((t) => tf.logSoftmax(t), a2()),
  mean: () => tf.mean(x4(), [1, 2]),
  meanGradient: () => grad((t) => tf.mean(t, [0, 2]), x4()),
  sumGradient: () => grad((t) => tf.sum(t, -1, true), x4()),
  max: () => tf.max(x4(), 3),
  argMax: () => tf.cast(tf.argMax(x4(), -1), 'float32'),
  add: () => tf.add(x4(), random([8], 1)),
  divNoNan: () => tf.divNoNan(positive(), random([7], 2)),
  pow: () => tf.pow(positive(), 1.7),
  exp: () => tf.exp(positive()),
  log: () => tf.log(positive()),
  rsqrt: () => tf.rsqrt(positive()),
  tanhGradient: () => grad((t) => tf.tanh(t), a2()),
  elu: () => tf.elu(a2()),
  leakyRelu: () => tf.leakyRelu(a2(), 0.2),
  transpose: () => tf.transpose(x4(), [3, 1, 0, 2]),
  concat: () => tf.concat([a2(), a2()], 1),
  slice: () => tf.slice(x4(), [0, 1, 2, 3], [2, 5, 5, 4]),
  pad: () =>
    tf.pad(x4(), [
      [0, 0],
      [1, 2],
      [2, 1],
      [0, 0],
    ]),
  gather: () => tf.gather(a2(), tf.tensor1d([3, 0, 36, 3], 'int32')),
  where: () => tf.where(tf.greater(a2(), 0), a2(), tf.zerosLike(a2())),
  isFinite: () => tf.cast(tf.isFinite(tf.div(a2(), tf.relu(a2()))), 'float32'),
  isNaN: () => tf.cast(tf.isNaN(tf.div(tf.relu(a2()), tf.relu(a2()))), 'float32'),
  cumsum: () => tf.cumsum(a2(), 1),
  resizeBilinear: () => tf.image.resizeBilinear(x4(), [7, 19]),
  resizeBilinearGradient: () => grad((t) => tf.image.resizeBilinear(t as tf.Tensor4D, [7, 19]), x4()),
  conv3d: () => tf.conv3d(random([1, 5, 6, 7, 2], 1) as tf.Tensor5D, random([2, 2, 2, 2, 3], 2) as tf.Tensor5D, 1, 'same'),
  clip: () => tf.clipByValue(a2(), -1, 1.5),
  erf: () => tf.erf(a2()),
  fft: () => tf.real(tf.fft(tf.complex(random([4, 16], 1), random([4, 16], 2)))),
};

describe('a float32 policy on our backend equals stock bit for bit', () => {
  it.each(Object.keys(OPS))('%s', async (name) => {
    const run = async (backend: string): Promise<Float32Array> => {
      await tf.setBackend(backend);
      const result = tf.tidy(() => autocast('float32', () => tf.add((OPS[name] as () => tf.Tensor)(), 0)));
      const values = (await result.data()) as Float32Array;
      result.dispose();
      return values;
    };
    expect(await run(handle.backendName)).toBeBitEqual(await run('webgpu'));
  });
});
