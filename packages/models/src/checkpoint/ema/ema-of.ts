import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { message } from '../../bytes/model-file-error.ts';
import { overrideMethod } from '../../layers/own-method.ts';
import type { ModelView } from '../../layers/tfjs-layers.ts';
import { isContainer, viewOf } from '../../layers/tfjs-layers.ts';
import { modelWeights } from '../../weights/model-weights.ts';
import type { StepTeller } from './weight-average.ts';
import { WeightAverage } from './weight-average.ts';

/** Options of {@link emaOf}. */
export interface EmaOptions {
  /** How much of an average stays at each update: 0.999 unless set; from 0 to below 1. Keras calls it `ema_momentum`. */
  readonly decay?: number;
}

type TrainStep = (data: Tensor[]) => unknown;

const averages: WeakMap<object, WeightAverage> = /* @__PURE__ */ new WeakMap();

/**
 * Keeps an exponential moving average (EMA) of the weights that are trained: it often predicts better than the weights of the last step.
 *
 * After each update every average moves by `(1 - decay)` of its distance to the weight, in float32. It begins at the weights as they
 * are now. A step that loss scaling skips is not taken in: whether it was is decided on the device, so no step waits and nothing is
 * read back. Of a Layers model the weights that are trainable now are averaged, through `fit`, `fitDataset` and `trainOnBatch`,
 * in mixed precision or not; statistics of normalisations are the model's own. Loops of one's own say `average.follow(scaler)`, or
 * `average.update()` after each step where nothing is scaled.
 *
 * `average.swapIn()` puts the averages in the place of the weights, to evaluate, predict or save; `average.swapOut()` gives the weights
 * back. `saveCheckpoint` saves them. `average.dispose()` ends it.
 *
 * Synchronous, never waits. Holds one more float32 number for each averaged one, and adds three kernels for each weight to a step.
 *
 * @param target - a built Layers model, or variables by name or in a list
 * @param options - `decay` 0.999
 * @returns the averages, owned by the caller
 * @throws RangeError for a decay out of range; Error if the model has averages already or no weights yet
 * @see Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992; `use_ema` of Keras' optimizers
 *
 * @example
 * const weight = tf.variable(tf.scalar(0), true, 'averaged');
 * const average = emaOf([weight], { decay: 0.75 });
 * weight.assign(tf.scalar(4));
 * average.update();
 * average.swapIn();
 * weight.dataSync()[0]; // 1
 */
export function emaOf(
  target: LayersModel | Readonly<Record<string, Variable>> | readonly Variable[],
  options: EmaOptions = {},
): WeightAverage {
  const { decay = 0.999 } = options;
  if (!(typeof decay === 'number' && decay >= 0 && decay < 1)) {
    throw new RangeError(message('decay must be a number from 0 to below 1', String(decay), 'Leave it out for 0.999.'));
  }
  if (isContainer(target)) return emaOfModel(target, decay);
  const named: readonly (readonly [string, Variable])[] = Array.isArray(target)
    ? (target as readonly Variable[]).map((variable) => [variable.name, variable] as const)
    : Object.entries(target as Readonly<Record<string, Variable>>);
  return new WeightAverage(
    named.map(([key, variable]) => ({ key, variable: () => variable })),
    decay,
  );
}

/** The averages of a model, if it has some. */
export function averageOf(model: LayersModel): WeightAverage | null {
  return averages.get(model) ?? null;
}

function emaOfModel(model: LayersModel, decay: number): WeightAverage {
  const view = viewOf(model, 'emaOf()');
  if (averages.has(model)) throw new Error(message('a model has one set of averages', 'a second', 'Dispose the first.'));
  const engine = view.model ?? view;
  const trained = new Set(view.trainableWeights);
  const weights = modelWeights(view).filter(({ weight }) => trained.has(weight));
  if (weights.length === 0)
    throw new Error(message('a model must have trained weights', 'none', 'Build it first: give its first layer an inputShape.'));
  const average = new WeightAverage(
    weights.map(({ key, weight }) => ({ key, variable: () => weight.val })),
    decay,
  );
  averages.set(model, average);
  average.onDispose(() => void averages.delete(model));
  average.onDispose(
    overrideMethod(engine, 'makeTrainFunction', (original) => () => followStep(engine, { average, step: original() as TrainStep })),
  );
  return average;
}

/** A train step of which the averages hear: through the wrapper of the optimizer that is there at that moment, else when it is done. */
function followStep(engine: ModelView, { average, step }: { readonly average: WeightAverage; readonly step: TrainStep }): TrainStep {
  return (data) => {
    if (average.swappedIn) {
      throw new Error(
        message('training needs the weights themselves', 'a step while their averages are swapped in', 'Call swapOut() first.'),
      );
    }
    const { optimizer_: optimizer } = engine;
    if (!tells(optimizer)) {
      const result = step(data);
      average.update();
      return result;
    }
    const off = average.follow(optimizer);
    try {
      return step(data);
    } finally {
      off();
    }
  };
}

function tells(optimizer: Optimizer | undefined): optimizer is Optimizer & StepTeller {
  return optimizer !== undefined && 'afterStep' in optimizer;
}
