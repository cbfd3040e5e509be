import * as tf from '@tensorflow/tfjs';

/** tfjs's seven optimizers, with settings that use every branch of them. */
export const OPTIMIZERS: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.9, true),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01, 0.9, 0.999, 1e-7, 0.1),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(1, 0.95, 1e-7),
  rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-7, true),
};

/** The bits of every registered variable, by name; variables that optimizers made get names by order. */
export function variableBits(except: ReadonlySet<string> = new Set()): Record<string, Uint32Array> {
  const all = Object.entries(tf.engine().registeredVariables).filter(([name]) => !except.has(name));
  return Object.fromEntries(all.map(([name, variable]) => [name, new Uint32Array(Float32Array.from(variable.dataSync()).buffer)]));
}
