import { pluginFor } from '@halftone/autocast';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import * as tf from '@tensorflow/tfjs-core';
import { seeded } from '../models/seeded.ts';

/** What an operation is limited by, and so what its rate is given in. */
export type Rate = 'GFLOP/s' | 'GB/s';

/** One operation on one shape, as anybody calls it in tfjs. */
export interface KernelCase {
  readonly name: string;
  readonly group: 'matmul' | 'conv' | 'norm' | 'softmax' | 'optimizer';
  readonly rate: Rate;
  /** Floating-point operations, or elements read and written, of one run. */
  readonly work: number;
  /** Makes the operation; each run takes the output of the last one, so that none can be left out or be done only once. */
  readonly open: () => (x: tf.Tensor) => tf.Tensor;
  /** Shape of what goes in and comes out. */
  readonly shape: readonly number[];
}

const uniformTensor = (shape: readonly number[], deviation: number): tf.Tensor =>
  tf.tensor(
    seeded(7).normals(
      shape.reduce((product, size) => product * size, 1),
      deviation,
    ),
    [...shape],
    'float32',
  );

function matmul(rows: number, inner: number): KernelCase {
  return {
    name: `matmul ${rows}x${inner}x${inner}`,
    group: 'matmul',
    rate: 'GFLOP/s',
    work: 2 * rows * inner * inner,
    shape: [rows, inner],
    open() {
      const weight = uniformTensor([inner, inner], 1 / Math.sqrt(inner));
      return (x) => tf.matMul(x, weight);
    },
  };
}

function convolution(batch: number, side: number, channels: number): KernelCase {
  return {
    name: `conv 3x3 ${batch}x${side}x${side}x${channels}`,
    group: 'conv',
    rate: 'GFLOP/s',
    work: 2 * 9 * batch * side * side * channels * channels,
    shape: [batch, side, side, channels],
    open() {
      const filter = uniformTensor([3, 3, channels, channels], 1 / Math.sqrt(9 * channels)) as tf.Tensor4D;
      return (x) => tf.conv2d(x as tf.Tensor4D, filter, 1, 'same');
    },
  };
}

/** Gradients of a convolution; the input's comes out, and the filter's goes into it as one number so that it is computed too. */
function convolutionGradients(batch: number, side: number, channels: number): KernelCase {
  return {
    name: `conv 3x3 gradients ${batch}x${side}x${side}x${channels}`,
    group: 'conv',
    rate: 'GFLOP/s',
    work: 3 * 2 * 9 * batch * side * side * channels * channels,
    shape: [batch, side, side, channels],
    open() {
      const filter = uniformTensor([3, 3, channels, channels], 1 / Math.sqrt(9 * channels)) as tf.Tensor4D;
      const gradients = tf.grads((x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'));
      return (x) =>
        tf.tidy(() => {
          const [dx, dw] = gradients([x, filter], x);
          if (dx === undefined || dw === undefined)
            throw new Error('[bench] a convolution must have two gradients, got fewer. Look at tf.grads.');
          return tf.add(dx, tf.mul(tf.mean(dw), 1e-6));
        });
    },
  };
}

function layerNorm(rows: number, width: number): KernelCase {
  return {
    name: `layer norm ${rows}x${width}`,
    group: 'norm',
    rate: 'GB/s',
    work: 2 * rows * width,
    shape: [rows, width],
    open: () => (x) =>
      tf.tidy(() => {
        const { mean, variance } = tf.moments(x, -1, true);
        return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
      }),
  };
}

function softmax(rows: number, width: number): KernelCase {
  return {
    name: `softmax ${rows}x${width}`,
    group: 'softmax',
    rate: 'GB/s',
    work: 2 * rows * width,
    shape: [rows, width],
    open: () => (x) => tf.softmax(x),
  };
}

/** Adam over one large variable: reads gradient, weight and two moments, writes weight and moments. */
function adam(count: number): KernelCase {
  return {
    name: `adam ${count}`,
    group: 'optimizer',
    rate: 'GB/s',
    work: 7 * count,
    shape: [count],
    open() {
      const weight = tf.variable(tf.zeros([count]));
      const adam = tf.train.adam(1e-3);
      const optimizer = pluginFor(tf.getBackend()) !== undefined ? mixedPrecisionOptimizer(adam) : adam;
      return (x) => {
        optimizer.applyGradients({ [weight.name]: x as unknown as tf.Variable });
        return tf.clone(weight);
      };
    },
  };
}

/** Small shapes for a CPU driver, and with `large` those that show what a GPU can do. */
export function kernelCases({ large }: { readonly large: boolean }): readonly KernelCase[] {
  const small = [
    ...[128, 512].map((size) => matmul(size, size)),
    matmul(128, 784),
    convolution(8, 28, 32),
    convolutionGradients(8, 28, 32),
    layerNorm(512, 128),
    softmax(2048, 64),
    adam(2 ** 18),
  ];
  if (!large) return small;
  return [
    ...small,
    ...[1024, 2048, 4096].map((size) => matmul(size, size)),
    convolution(8, 56, 64),
    convolution(8, 14, 256),
    convolutionGradients(8, 56, 64),
    layerNorm(8192, 768),
    softmax(8192, 1024),
    adam(2 ** 24),
  ];
}
