import { argMax, cast, equal, greater, losses, mean, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { softmaxCrossEntropy } from '@halftone/webgpu';
import type { TaskShape } from '../tasks/task.ts';
import { cnn } from './cnn.ts';
import { seedWeights } from './seed-weights.ts';
import { transformer } from './transformer.ts';
import { unet } from './unet.ts';

/** What belongs to a task beside its examples: the model, and how its logits are judged. */
export interface Recipe {
  /** With weights that the seed decides; owned by the caller. */
  build(seed: number): LayersModel;
  /** Mean over all that is predicted. */
  loss(targets: Tensor, logits: Tensor): Scalar;
  /** Part of what is predicted that is right. */
  accuracy(targets: Tensor, logits: Tensor): Scalar;
  /** The model with probabilities for logits, as users expect of a file; it shares all weights. */
  withProbabilities(trained: LayersModel): LayersModel;
}

/** The recipe of a task. Pure. */
export function recipeFor(shape: TaskShape): Recipe {
  return shape.model === 'unet'
    ? pixelRecipe(() => unet(shape))
    : classRecipe(() => (shape.model === 'cnn' ? cnn(shape) : transformer(shape)));
}

/** One class out of several, for a picture or for each character. */
function classRecipe(make: () => LayersModel): Recipe {
  return {
    build: (seed) => seeded(make(), seed),
    loss: (targets, logits) => mean(softmaxCrossEntropy(targets, logits)),
    accuracy: (targets, logits) => mean(cast(equal(argMax(logits, -1), targets), 'float32')) as Scalar,
    withProbabilities: (trained) => ended(trained, layers.softmax()),
  };
}

/** Yes or no for each pixel. */
function pixelRecipe(make: () => LayersModel): Recipe {
  return {
    build: (seed) => seeded(make(), seed),
    loss: (targets, logits) => losses.sigmoidCrossEntropy(targets, logits),
    accuracy: (targets, logits) => mean(cast(equal(greater(logits, 0), greater(targets, 0.5)), 'float32')) as Scalar,
    withProbabilities: (trained) => ended(trained, layers.activation({ activation: 'sigmoid' })),
  };
}

function seeded(made: LayersModel, seed: number): LayersModel {
  seedWeights(made, seed);
  return made;
}

function ended(trained: LayersModel, layer: layers.Layer): LayersModel {
  return model({ inputs: trained.inputs, outputs: layer.apply(trained.outputs) as SymbolicTensor });
}
