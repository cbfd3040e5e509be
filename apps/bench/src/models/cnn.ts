import { layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import { oneHotRows, toTensor, type HostArray } from './host-array.ts';
import { layersModel, seedWeights } from './layers-model.ts';
import type { ModelDefinition, ModelOptions } from './model.ts';
import { seeded } from './seeded.ts';

const CLASSES = 10;
const FILTERS = 16;

/** The network of the budgets: conv 3x3x16, batch norm, relu, max-pool 2, dense 10 softmax. */
export const cnn: ModelDefinition = {
  name: 'cnn',
  title: 'conv 3x3x16, batch norm, relu, max-pool 2, dense 10',
  defaults: { batch: 64, size: 28, depth: 0, seed: 1 },
  optimizer: { name: 'adam', learningRate: 1e-3, epsilon: 1e-7 },
  item: 'image',
  items: ({ batch }) => batch,
  build: (options, optimizer) => layersModel(network(options), optimizer, 'categoricalCrossentropy'),
  example(options) {
    const { pictures, labels } = cnnData(options);
    return {
      inputs: toTensor({ shape: [options.batch, options.size, options.size, 1], data: pictures }),
      targets: oneHotRows(labels, CLASSES),
    };
  },
};

/** The pictures and labels of a batch, on the host. */
export function cnnData({ batch, size, seed }: ModelOptions): { readonly pictures: Float32Array; readonly labels: Int32Array } {
  const random = seeded(seed + 1000);
  return { pictures: random.normals(batch * size * size), labels: random.integers(batch, CLASSES) };
}

/** The drawn weights on the host; biases and batch norm start as usual. */
export interface CnnWeights {
  /** [3, 3, 1, filters]. */
  readonly kernel: HostArray;
  /** [cells * filters, classes]. */
  readonly dense: HostArray;
  readonly filters: number;
  readonly classes: number;
}

/** Draws the kernel, then the dense layer; a tenth of the usual deviation there, so that training starts near the loss of guessing. */
export function cnnWeights({ size, seed }: ModelOptions): CnnWeights {
  const random = seeded(seed);
  const inputs = Math.floor((size - 2) / 2) ** 2 * FILTERS;
  return {
    kernel: { shape: [3, 3, 1, FILTERS], data: random.normals(9 * FILTERS, Math.sqrt(2 / 9)) },
    dense: { shape: [inputs, CLASSES], data: random.normals(inputs * CLASSES, 0.1 * Math.sqrt(2 / inputs)) },
    filters: FILTERS,
    classes: CLASSES,
  };
}

function network({ size, seed, batchNormMomentum: momentum = 0.99 }: ModelOptions): LayersModel {
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [size, size, 1], filters: FILTERS, kernelSize: 3, kernelInitializer: 'zeros' }),
      layers.batchNormalization({ momentum }),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer: 'zeros' }),
    ],
  });
  seedWeights(model, seed);
  return model;
}
