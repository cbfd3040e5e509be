import { createRandom, type Random } from '@halftone/data';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';

/** What the network is made for. */
export interface NetworkOptions {
  /** Pixels along one edge of a picture. */
  readonly side: number;
  /** How slowly batch norm's moving statistics follow: 0.9 for real data, less for a run of some dozens of steps. */
  readonly batchNormMomentum: number;
  /** Seed of the first weights. */
  readonly seed: number;
}

/** Filters of the two convolutions. */
const FILTERS = [8, 16] as const;

/**
 * Builds the network that all runs train: twice convolution, batch norm, ReLU and max-pooling, then one dense layer with softmax.
 *
 * Plain tfjs-layers: it knows nothing of half precision. The first weights come from our own generator and not from tfjs's,
 * so that every run, backend and policy starts from the same bits.
 *
 * Allocates the model's variables on the current backend.
 *
 * @returns a model that is not compiled yet; the caller disposes it
 */
export function buildNetwork(options: NetworkOptions): Sequential {
  const [first, second] = FILTERS;
  const bare = { kernelSize: 3, useBias: false, kernelInitializer: 'zeros' } as const; // batch norm brings the bias
  const momentum = options.batchNormMomentum;
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [options.side, options.side, 1], filters: first, ...bare }),
      layers.batchNormalization({ momentum }),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: second, ...bare }),
      layers.batchNormalization({ momentum }),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax', kernelInitializer: 'zeros' }),
    ],
  });
  setFirstWeights(model, createRandom(options.seed, 'weights'));
  return model;
}

/** Draws every kernel (the weights with more than one axis) anew; batch norm and biases keep their usual ones and zeros. */
function setFirstWeights(model: Sequential, random: Random): void {
  for (const layer of model.layers) {
    tidy(() => {
      const current = layer.getWeights();
      if (current.length === 0 || !current.some((weight) => weight.rank > 1)) return;
      layer.setWeights(current.map((weight) => (weight.rank > 1 ? glorotUniform(weight.shape, random) : weight)));
    });
  }
}

/** Uniform within the square root of 6 / (inputs + outputs) (Glorot and Bengio 2010). */
function glorotUniform(shape: readonly number[], random: Random): Tensor {
  const outputs = shape.at(-1) ?? 1;
  const inputs = shape.at(-2) ?? 1;
  const receptive = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const limit = Math.sqrt(6 / (receptive * (inputs + outputs)));
  const count = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Float32Array.from({ length: count }, () => random.between(-limit, limit)),
    [...shape],
  );
}
