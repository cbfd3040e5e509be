import type { LayersModel } from '@tensorflow/tfjs-layers';
import { message, show } from '../bytes/model-file-error.ts';
import { type FromTensorsOptions, readTensors } from './from-tensors.ts';
import { dataOf, isCoded, type SafetensorsTensor } from './tensor.ts';
import type { WeightMap } from './torch-names.ts';
import { undoTransform } from './transform.ts';

/**
 * Reads the weights of a Layers model as plain data for a safetensors file, in PyTorch's names and layouts.
 *
 * The way back of `setWeights`, by the same map. Without one the weights keep tfjs's names and layouts.
 *
 * Waits for the device, once for each weight. Allocates the data.
 *
 * @param model - not changed
 * @param weights - weight names of the model to what they are called in the file, and how their layout changes on the way into the model
 * @param options - `dtype` `'F32'`, `allow` nothing
 * @returns what `writeSafetensors` takes
 * @throws RangeError with the weights that the map names and the model lacks; HalfRangeError with all that do not fit, as {@link fromTensors}
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'head', kernelInitializer: 'ones' })] });
 * const tensors = await getWeights(model, torchNames(model, { head: 'fc' }));
 * tensors.map(({ name, shape }) => [name, shape]); // [['fc.weight', [1, 2]], ['fc.bias', [1]]]
 */
export async function getWeights(model: LayersModel, weights?: WeightMap, options: FromTensorsOptions = {}): Promise<SafetensorsTensor[]> {
  const variables = new Map(model.weights.map((variable) => [variable.originalName, variable]));
  const origins = new Map(Object.entries(weights ?? {}));
  const names = [...(weights === undefined ? variables : origins).keys()];
  const missing = names.filter((name) => !variables.has(name));
  if (missing.length > 0) {
    throw new RangeError(
      message(
        'a map must name weights that the model has',
        missing.slice(0, 10).map(show).join(', '),
        `It has ${[...variables.keys()].slice(0, 20).join(', ')}.`,
      ),
    );
  }
  const read = names.map((name) => [origins.get(name)?.from ?? name, (variables.get(name) as Variable).read()] as const);
  const tensors = await readTensors(read, options);
  return tensors.map((tensor, i) => {
    const { transform } = origins.get(names[i] as string) ?? { transform: 'none' };
    const { data, shape } = undoTransform(transform, { data: dataOf(tensor) as ArrayLike<unknown>, shape: tensor.shape });
    const { name, dtype } = tensor;
    return { name, dtype, shape, ...(isCoded(dtype) ? { bits: data } : { values: data }) } as SafetensorsTensor;
  });
}

type Variable = LayersModel['weights'][number];
