import type { LayersModel } from '@tensorflow/tfjs-layers';
import { message, show } from '../bytes/model-file-error.ts';
import type { Transform } from './transform.ts';

/** Where one weight of a model comes from, and how its layout changes. The transform is never guessed: write `'none'` where nothing does. */
export interface WeightOrigin {
  /** The tensor's name in the file. */
  readonly from: string;
  readonly transform: Transform;
}

/** Weights of a model, by their names in it, to where they come from. */
export type WeightMap = Readonly<Record<string, WeightOrigin>>;

const bias = { from: 'bias', transform: 'none' } as const;
const norm = { gamma: { from: 'weight', transform: 'none' }, beta: bias } as const;

/** The weights of a tfjs layer, and what PyTorch's layer of the same maths calls them. */
const layers: Readonly<Record<string, WeightMap>> = {
  Dense: { kernel: { from: 'weight', transform: 'linear' }, bias },
  Conv1D: { kernel: { from: 'weight', transform: 'conv1d' }, bias },
  Conv2D: { kernel: { from: 'weight', transform: 'conv2d' }, bias },
  Conv3D: { kernel: { from: 'weight', transform: 'conv3d' }, bias },
  Conv2DTranspose: { kernel: { from: 'weight', transform: 'conv2dTranspose' }, bias },
  DepthwiseConv2D: { depthwise_kernel: { from: 'weight', transform: 'depthwiseConv2d' }, bias },
  BatchNormalization: {
    ...norm,
    moving_mean: { from: 'running_mean', transform: 'none' },
    moving_variance: { from: 'running_var', transform: 'none' },
  },
  LayerNormalization: norm,
  Embedding: { embeddings: { from: 'weight', transform: 'none' } },
};

/**
 * Writes the weight map of a model whose layers correspond to PyTorch modules.
 *
 * By the class of each layer: Dense is Linear and is transposed, convolutions change from OIHW to HWIO, batch norm's running
 * statistics have other names. The result is plain data to look at, change and pass on. What no table can know stays yours: that
 * epsilons and paddings are the same, and that the first Dense after a Flatten reads its inputs in another order.
 *
 * Pure and synchronous; allocates the map.
 *
 * @param model - the model whose weights will be set
 * @param modules - layer name to module prefix, for example `{ conv1: 'features.0' }` for `features.0.weight`
 * @returns an origin for every weight of the named layers
 * @throws RangeError if the model has no such layer, or its class has no row (recurrent layers: their gates are in another order)
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], name: 'head' })] });
 * torchNames(model, { head: 'fc' })['head/kernel']; // { from: 'fc.weight', transform: 'linear' }
 */
export function torchNames(model: LayersModel, modules: Readonly<Record<string, string>>): WeightMap {
  const map: Record<string, WeightOrigin> = Object.create(null) as Record<string, WeightOrigin>;
  for (const [layerName, prefix] of Object.entries(modules)) {
    const layer = model.layers.find(({ name }) => name === layerName);
    if (layer === undefined) {
      throw new RangeError(
        message(
          'the model must have the layer',
          show(layerName),
          `It has ${model.layers
            .map(({ name }) => name)
            .slice(0, 20)
            .join(', ')}.`,
        ),
      );
    }
    const className = layer.getClassName();
    if (!Object.hasOwn(layers, className)) {
      throw new RangeError(
        message(
          `layer ${show(layerName)} must be one of ${Object.keys(layers).join(', ')}`,
          className,
          'Write the entries of its weights by hand.',
        ),
      );
    }
    for (const { originalName } of layer.weights) {
      const short = originalName.slice(originalName.lastIndexOf('/') + 1);
      const origin = (layers[className] as WeightMap)[short];
      if (origin === undefined)
        throw new RangeError(message(`${className} must have known weights`, show(short), 'Write the entries of its weights by hand.'));
      map[originalName] = { from: prefix === '' ? origin.from : `${prefix}.${origin.from}`, transform: origin.transform };
    }
  }
  return map;
}
