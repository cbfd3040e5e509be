import type { NamedTensorMap, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';
import { autocast, currentPolicy } from '@halftone/autocast';
import { disposeTapeOnError } from './dispose-tape.ts';
import { currentPlugin } from './precision.ts';

/** A loss and its gradients by variable name. Both belong to the caller. */
export interface LossGradients {
  readonly value: Scalar;
  readonly grads: NamedTensorMap;
}

/**
 * Runs a loss and its backward pass, starting from `seed` instead of 1.
 *
 * A backward pass that starts from the scale gives the same gradients as one of loss × scale, without that product: the
 * loss that comes back is the true one, and a large loss cannot overflow by being scaled.
 *
 * @param seed - float32 scalar that stays the caller's, or `null` for 1
 * @throws as `tf.variableGrads` does: no trainable variable, no connection, a loss that is no scalar
 */
export function lossGradients(f: () => Scalar, varList: readonly Variable[] | undefined, seed: Tensor | null): LossGradients {
  if (typeof f !== 'function') {
    throw new TypeError(`[optimizer] the loss must be a function, got ${typeof f}. Pass () => loss, and compute the loss inside.`);
  }
  const variables = trainableOf(varList);
  // a scope of its own for the forward pass: what it recorded knows its precision before the backward pass begins
  const policy = currentPlugin() === undefined ? null : currentPolicy();
  const loss = (): Tensor => scalarLoss(policy === null ? f() : autocast(policy, f));
  const { value, grads } = disposeTapeOnError(() => engine().gradients(loss, variables, seed ?? undefined, true));
  const named: NamedTensorMap = {};
  for (const [index, variable] of variables.entries()) {
    const gradient: Tensor | null | undefined = grads[index];
    if (gradient !== null && gradient !== undefined) named[variable.name] = gradient === seed ? gradient.clone() : gradient;
  }
  if (Object.keys(named).length === 0) {
    value.dispose();
    throw new Error(
      `[optimizer] the loss must depend on a trainable variable, got none of ${variables.length} connected. ` +
        'Run the operations that use the variables inside the function given to minimize().',
    );
  }
  return { value: value as Scalar, grads: named };
}

function trainableOf(varList: readonly Variable[] | undefined): Variable[] {
  const all = varList ?? Object.values(engine().registeredVariables);
  const trainable = all.filter((variable) => variable.trainable);
  if (trainable.length === 0) {
    throw new Error(
      `[optimizer] at least one variable must be trainable, got ${all.length} variables and none is. Set trainable, or pass another varList.`,
    );
  }
  return trainable;
}

function scalarLoss(loss: Scalar): Tensor {
  if (loss.rank !== 0) {
    throw new RangeError(`[optimizer] the loss must be a scalar, got shape [${loss.shape.join(', ')}]. Reduce it with tf.mean or tf.sum.`);
  }
  return loss;
}
