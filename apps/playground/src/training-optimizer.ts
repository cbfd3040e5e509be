import { train, type Optimizer } from '@tensorflow/tfjs-core';
import { dynamicLossScale, noLossScale, staticLossScale, type LossScale } from '@halftone/loss-scale';
import { adamW, mixedPrecisionOptimizer, type MixedPrecisionOptimizer } from '@halftone/optimizer';
import { lossScaleOf, type LossScaleName, type OptimizerName, type PolicyName, type Settings } from './state/settings.ts';

const MAKERS: Readonly<Record<OptimizerName, (learningRate: number) => Optimizer>> = {
  adam: (learningRate) => train.adam(learningRate),
  adamW: (learningRate) => adamW(learningRate),
  sgd: (learningRate) => train.sgd(learningRate),
  momentum: (learningRate) => train.momentum(learningRate, 0.9),
};

const SCALES: Readonly<Record<LossScaleName, (scale: number) => LossScale>> = {
  dynamic: (initialScale) => dynamicLossScale({ initialScale }),
  static: (scale) => staticLossScale(scale),
  none: () => noLossScale(),
};

/** The optimizer of a run, wrapped. Owned by the caller. */
export function optimizerFor(policy: PolicyName, settings: Settings): MixedPrecisionOptimizer {
  const { optimizer, learningRate, scale } = settings;
  const lossScale = SCALES[lossScaleOf(policy, settings)](scale);
  return mixedPrecisionOptimizer(MAKERS[optimizer](learningRate), { policy, lossScale });
}
