import type { Optimizer, Scalar, Variable } from '@tensorflow/tfjs-core';
import { numberOf } from './host-array.ts';
import type { Batch, TrainModel } from './model.ts';

/**
 * Makes a model of variables and a loss that is written in tfjs's operations.
 *
 * @param variables - owned by the model from now on
 * @param loss - the mean loss of a batch
 */
export function variableModel(variables: readonly Variable[], loss: (batch: Batch) => Scalar, optimizer: Optimizer): TrainModel {
  return {
    variables,
    async train(batch) {
      const value = optimizer.minimize(() => loss(batch), true, [...variables]);
      if (value === null) throw new Error('[bench] the optimizer must return the loss, got null. Use a tf.Optimizer.');
      return numberOf(value);
    },
    judge: (batch) => numberOf(loss(batch)),
    dispose: () => variables.forEach((variable) => variable.dispose()),
  };
}
