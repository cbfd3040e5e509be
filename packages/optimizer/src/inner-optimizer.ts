import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { NamedGradient } from './gradient-list.ts';

/** What tfjs's own optimizers have beyond the type `tf.Optimizer`. */
interface InnerFields {
  iterations_?: number;
  learningRate?: number;
  setLearningRate?: (learningRate: number) => void;
}

/** Runs an optimizer on gradients that may be absent; tfjs accepts `null` there although its type does not say so. */
export function applyList(optimizer: Optimizer, list: readonly NamedGradient[]): void {
  optimizer.applyGradients(list.map(({ name, tensor }) => ({ name, tensor: tensor as Tensor })));
}

/** Corrects the host's counter, which tfjs writes into saved optimizers as `iter`. */
export function setIterations(optimizer: Optimizer, iterations: number): void {
  (optimizer as unknown as InnerFields).iterations_ = iterations;
}

/** The learning rate, where the optimizer has one. */
export function learningRateOf(optimizer: Optimizer): number | undefined {
  return (optimizer as unknown as InnerFields).learningRate;
}

/** Sets the learning rate; SGD and Momentum keep a tensor of it, which only their setter renews. */
export function setLearningRateOf(optimizer: Optimizer, learningRate: number): void {
  const fields = optimizer as unknown as InnerFields;
  if (fields.setLearningRate === undefined) fields.learningRate = learningRate;
  else fields.setLearningRate(learningRate);
}
