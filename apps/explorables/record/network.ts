import '@tensorflow/tfjs-layers'; // brings the gradients of tfjs-core's kernels
import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '@halftone/data';

/** A place in the network whose gradient is recorded. */
export interface Place {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A small network for pictures of digits: two convolutions, two dense layers. */
export const architecture = {
  side: 24,
  convolutions: [8, 16],
  hidden: 64,
  classes: 10,
} as const;

/** The network's weights, He-initialised, in the order that `forward` takes them in. */
export function createWeights(random: Random): tf.Variable[] {
  const [first, second] = architecture.convolutions;
  const { hidden, classes } = architecture;
  const shapes = [
    [3, 3, 1, first],
    [3, 3, first, second],
    [4 * 4 * second, hidden],
    [hidden, classes],
  ] as const;
  return shapes.flatMap((shape) => {
    const inputs = shape.slice(0, -1).reduce((product, size) => product * size, 1);
    const count = inputs * (shape.at(-1) ?? 0);
    const values = Float32Array.from({ length: count }, () => random.normal() * Math.sqrt(2 / inputs));
    return [tf.variable(tf.tensor(values, [...shape])), tf.variable(tf.zeros([shape.at(-1) ?? 0]))];
  });
}

/** Names of the weights, in the same order; biases stand with their layer. */
export const weightNames = [
  'filters of convolution 1',
  'bias',
  'filters of convolution 2',
  'bias',
  'weights of dense 1',
  'bias',
  'weights of dense 2',
  'bias',
] as const;

/** What each layer hands on, for a batch; a tensor of zeros of this shape is added there, and its gradient is that of the layer's output. */
export function activationPlaces(batch: number): readonly Place[] {
  const [first, second] = architecture.convolutions;
  return [
    { name: 'output of convolution 1', shape: [batch, 22, 22, first] },
    { name: 'output of convolution 2', shape: [batch, 9, 9, second] },
    { name: 'output of dense 1', shape: [batch, architecture.hidden] },
    { name: 'output of dense 2', shape: [batch, architecture.classes] },
  ];
}

/** The mean loss of a batch. */
export function lossOf(images: tf.Tensor4D, labels: tf.Tensor2D, weights: readonly tf.Tensor[], probes: readonly tf.Tensor[]): tf.Scalar {
  const [filter1, bias1, filter2, bias2, dense1, bias3, dense2, bias4] = weights as [
    tf.Tensor4D,
    tf.Tensor,
    tf.Tensor4D,
    tf.Tensor,
    tf.Tensor2D,
    tf.Tensor,
    tf.Tensor2D,
    tf.Tensor,
  ];
  const [probe1, probe2, probe3, probe4] = probes as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const convolve = (input: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor, probe: tf.Tensor): tf.Tensor4D =>
    tf.maxPool(tf.add(tf.relu(tf.add(tf.conv2d(input, filter, 1, 'valid'), bias)), probe) as tf.Tensor4D, 2, 2, 'valid');
  const deep = convolve(convolve(images, filter1, bias1, probe1), filter2, bias2, probe2 as tf.Tensor4D);
  const flat = tf.reshape(deep, [images.shape[0], -1]) as tf.Tensor2D;
  const hidden = tf.add(tf.relu(tf.add(tf.matMul(flat, dense1), bias3)), probe3) as tf.Tensor2D;
  const logits = tf.add(tf.add(tf.matMul(hidden, dense2), bias4), probe4) as tf.Tensor2D;
  return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
}
