import { createRandom } from '@halftone/data';
import { tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * Draws every weight of more than one axis anew, so that two runs of one seed start from the same bits on every backend.
 *
 * The deviation is the square root of 2 over the number of inputs (He et al. 2015); that of the last layer is a tenth of it, so
 * that training starts near the loss of guessing. Embeddings get 0.02. Biases and norms keep their zeros and ones.
 */
export function seedWeights(model: LayersModel, seed: number): void {
  const random = createRandom(seed, 'weights');
  const last = model.layers.at(-1);
  for (const layer of model.layers) {
    const current = layer.getWeights();
    if (!current.some(({ rank }) => rank > 1)) continue;
    const isTable = /Embedding/.test(layer.getClassName());
    const fresh = current.map((weight) => {
      if (weight.rank <= 1) return weight;
      const inputs = weight.shape.slice(0, -1).reduce((product, size) => product * size, 1);
      const deviation = isTable ? 0.02 : Math.sqrt(2 / inputs) * (layer === last ? 0.1 : 1);
      return tensor(
        Float32Array.from({ length: weight.size }, () => random.normal() * deviation),
        weight.shape,
      );
    });
    layer.setWeights(fresh);
    for (const weight of fresh) if (!current.includes(weight)) weight.dispose();
  }
}
