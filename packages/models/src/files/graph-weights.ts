import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { message } from '../bytes/model-file-error.ts';

interface Executor {
  weightMap: Record<string, Tensor[]>;
  readonly weightIds: readonly number[];
}

/**
 * Gives a graph model its weights.
 *
 * An executor disposes after `executeAsync` what it does not know as a weight, and it learns them only when its `weightMap` is
 * set as a whole, which is no part of tfjs's types: looked at before use.
 */
export function giveWeights(model: GraphModel, weights: NamedTensorMap): void {
  const map = Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, [tensor]]));
  const { executor, initializer } = model as unknown as { executor?: Executor; initializer?: Executor };
  for (const one of [executor, initializer]) if (one !== undefined) one.weightMap = map;
  const known = new Set(executor?.weightIds ?? []);
  if (model.weights !== map || !Object.values(weights).every(({ id }) => known.has(id))) {
    throw new Error(
      message(
        'this version of @tensorflow/tfjs-converter keeps weights in another way',
        'weights that it does not know',
        'Install one that is >=4.22 <5, or use loadGraphModel() of tfjs.',
      ),
    );
  }
}
