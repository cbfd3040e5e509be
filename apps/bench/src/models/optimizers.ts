import { adamW, lamb } from '@halftone/optimizer';
import { AdamOptimizer, engine, mul, tidy, train, type Optimizer } from '@tensorflow/tfjs-core';
import type { OptimizerName, OptimizerSpec } from './model.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;

const makers: Readonly<Record<OptimizerName, (spec: OptimizerSpec) => Optimizer>> = {
  sgd: ({ learningRate }) => train.sgd(learningRate),
  momentum: ({ learningRate }) => train.momentum(learningRate, 0.9),
  adam: ({ learningRate, epsilon }) => train.adam(learningRate, BETA1, BETA2, epsilon),
  adamw: ({ learningRate, epsilon, weightDecay }) =>
    adamW(learningRate, { ...given({ epsilon, weightDecay }), beta1: BETA1, beta2: BETA2 }),
  adamax: ({ learningRate, epsilon }) => train.adamax(learningRate, BETA1, BETA2, epsilon),
  adagrad: ({ learningRate }) => train.adagrad(learningRate),
  rmsprop: ({ learningRate, epsilon }) => train.rmsprop(learningRate, 0.9, 0, epsilon),
  lamb: ({ learningRate, epsilon, weightDecay }) => lamb(learningRate, { ...given({ epsilon, weightDecay }), beta1: BETA1, beta2: BETA2 }),
};

/** The optimizers by name. */
export const optimizerNames: readonly string[] = Object.keys(makers);

/**
 * Makes an optimizer of tfjs, or of Halftone where tfjs has none.
 *
 * @param options - `source: 'stock'` writes AdamW with what tfjs has, as its users do: decay by hand, then Adam
 */
export function createOptimizer(spec: OptimizerSpec, { source }: { readonly source: 'stock' | 'halftone' }): Optimizer {
  if (spec.name === 'adamw' && source === 'stock') return new DecayThenAdam(spec);
  return makers[spec.name](spec);
}

/** AdamW as users of stock tfjs write it. */
class DecayThenAdam extends AdamOptimizer {
  readonly #keep: number;

  constructor({ learningRate, epsilon, weightDecay = 0.01 }: OptimizerSpec) {
    super(learningRate, BETA1, BETA2, epsilon ?? 1e-8);
    this.#keep = 1 - learningRate * weightDecay;
  }

  override applyGradients(gradients: Parameters<AdamOptimizer['applyGradients']>[0]): void {
    const names = Array.isArray(gradients) ? gradients.map(({ name }) => name) : Object.keys(gradients);
    tidy(() => {
      for (const name of names) {
        const variable = engine().registeredVariables[name];
        variable?.assign(mul(variable, this.#keep));
      }
    });
    super.applyGradients(gradients);
  }
}

function given<T extends object>(values: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
