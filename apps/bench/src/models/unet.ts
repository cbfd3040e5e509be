import { input, layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { toTensor } from './host-array.ts';
import { layersModel, seedWeights } from './layers-model.ts';
import type { ModelDefinition, ModelOptions } from './model.ts';
import { seeded } from './seeded.ts';

const FIRST_FILTERS = 16;

/** A small U-Net (Ronneberger et al. 2015) for one-channel pictures: batch norm, transposed convolutions, a mask of one channel, binary cross entropy. */
export const unet: ModelDefinition = {
  name: 'unet',
  title: 'U-Net, 3 levels from 16 filters',
  defaults: { batch: 4, size: 128, depth: 3, seed: 5 },
  optimizer: { name: 'adam', learningRate: 1e-3, epsilon: 1e-7 },
  item: 'image',
  items: ({ batch }) => batch,
  build: (options, optimizer) => layersModel(network(options), optimizer, 'binaryCrossentropy'),
  example({ batch, size, seed }) {
    const random = seeded(seed + 1000);
    const shape = [batch, size, size, 1];
    const count = batch * size * size;
    return {
      inputs: toTensor({ shape, data: random.normals(count) }),
      targets: toTensor({ shape, data: Float32Array.from(random.integers(count, 2)) }),
    };
  },
};

/** `size` must be a multiple of 2 to the `depth`. */
function network({ size, depth, seed, batchNormMomentum: momentum = 0.99 }: ModelOptions): LayersModel {
  if (size % 2 ** depth !== 0)
    throw new RangeError(
      `[bench] --size of unet must be a multiple of ${2 ** depth}, got ${size}. Write for example --size ${16 * 2 ** depth}.`,
    );
  const pictures = input({ shape: [size, size, 1] });
  const skips: SymbolicTensor[] = [];
  let x = pictures;
  for (let level = 0; level < depth; level += 1) {
    x = twice(x, FIRST_FILTERS * 2 ** level, momentum);
    skips.push(x);
    x = layers.maxPooling2d({ poolSize: 2 }).apply(x) as SymbolicTensor;
  }
  x = twice(x, FIRST_FILTERS * 2 ** depth, momentum);
  for (let level = depth - 1; level >= 0; level -= 1) {
    const filters = FIRST_FILTERS * 2 ** level;
    const up = layers.conv2dTranspose({ filters, kernelSize: 2, strides: 2, padding: 'same', kernelInitializer: 'zeros' });
    const wide = layers.concatenate().apply([up.apply(x) as SymbolicTensor, skips[level]!]) as SymbolicTensor;
    x = twice(wide, filters, momentum);
  }
  const mask = layers.conv2d({ filters: 1, kernelSize: 1, activation: 'sigmoid', kernelInitializer: 'zeros' }).apply(x) as SymbolicTensor;
  const made = model({ inputs: pictures, outputs: mask });
  seedWeights(made, seed);
  return made;
}

/** Two convolutions, each with batch norm and relu. */
function twice(x: SymbolicTensor, filters: number, momentum: number): SymbolicTensor {
  let y = x;
  for (let i = 0; i < 2; i += 1) {
    y = layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false, kernelInitializer: 'zeros' }).apply(y) as SymbolicTensor;
    y = layers.batchNormalization({ momentum }).apply(y) as SymbolicTensor;
    y = layers.activation({ activation: 'relu' }).apply(y) as SymbolicTensor;
  }
  return y;
}
