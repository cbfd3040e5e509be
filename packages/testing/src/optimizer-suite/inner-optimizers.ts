import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Rig } from './rig.ts';

/** tfjs's seven optimizers and the two of ours. RMSProp is not centered: tfjs takes its epsilon away under the root, and makes NaN of honest gradients. */
export function innerOptimizers({ tf, optimizer }: Rig): Readonly<Record<string, () => TensorFlow.Optimizer>> {
  return {
    sgd: () => tf.train.sgd(0.05),
    momentum: () => tf.train.momentum(0.02, 0.9, true),
    adam: () => tf.train.adam(0.01),
    adamax: () => tf.train.adamax(0.01, 0.9, 0.999, 1e-7, 0.1),
    adagrad: () => tf.train.adagrad(0.05),
    adadelta: () => tf.train.adadelta(1, 0.95, 1e-7),
    rmsprop: () => tf.train.rmsprop(0.005, 0.9, 0.5),
    adamW: () => optimizer.adamW(0.01),
    lamb: () => optimizer.lamb(0.01),
  };
}
