import { tensor, Variable, type Optimizer, type Scalar } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { numberOf, sizeOf } from './host-array.ts';
import type { TrainModel } from './model.ts';
import { seeded } from './seeded.ts';

/**
 * Compiles a model of tfjs-layers and trains it with `trainOnBatch`, as any program with tfjs-layers does.
 *
 * @param loss - a loss of tfjs-layers by its name
 */
export function layersModel(model: LayersModel, optimizer: Optimizer, loss: string): TrainModel {
  model.compile({ optimizer, loss });
  return {
    variables: model.getWeights(true).filter((weight): weight is Variable => weight instanceof Variable),
    train: async ({ inputs, targets }) => Number(await model.trainOnBatch(inputs, targets)),
    judge: ({ inputs, targets }) => numberOf(model.evaluate(inputs, targets, { batchSize: inputs.shape[0] ?? 1 }) as Scalar),
    dispose: () => void model.dispose(),
  };
}

/**
 * Draws every weight with more than one axis anew, from our own seeded numbers and not from tfjs's, so that every backend starts from the same bits.
 *
 * Deviation is the square root of 2 over the number of inputs (He et al. 2015); the last layer's is a tenth of it, so that training starts near the loss of guessing.
 * Biases and batch norm keep their usual zeros and ones.
 */
export function seedWeights(model: LayersModel, seed: number): void {
  const random = seeded(seed);
  const last = model.layers.at(-1);
  for (const layer of model.layers) {
    const current = layer.getWeights();
    if (!current.some((weight) => weight.rank > 1)) continue;
    const isDepthwise = layer.getClassName() === 'DepthwiseConv2D';
    const fresh = current.map((weight) => {
      if (weight.rank <= 1) return weight;
      const inputs = sizeOf(weight.shape.slice(0, isDepthwise ? -2 : -1));
      const deviation = Math.sqrt(2 / inputs) * (layer === last ? 0.1 : 1);
      return tensor(random.normals(weight.size, deviation), weight.shape);
    });
    layer.setWeights(fresh);
    for (const weight of fresh) if (!current.includes(weight)) weight.dispose();
  }
}
