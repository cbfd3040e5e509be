import type { LayersModel } from '@tensorflow/tfjs-layers';
import { message, show } from '../files/model-file-error.ts';
import { fromTensors, type FromTensorsOptions } from './from-tensors.ts';
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
 * @throws RangeError if the map names a weight that the model lacks; HalfRangeError as {@link fromTensors}
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'head', kernelInitializer: 'ones' })] });
 * const tensors = await getWeights(model, torchNames(model, { head: 'fc' }));
 * tensors.map(({ name, shape }) => [name, shape]); // [['fc.weight', [1, 2]], ['fc.bias', [1]]]
 */
export async function getWeights(model: LayersModel, weights?: WeightMap, options: FromTensorsOptions = {}): Promise<SafetensorsTensor[]> {
  const variables = new Map(model.weights.map((variable) => [variable.originalName, variable]));
  const origins = weights === undefined ? null : new Map(Object.entries(weights));
  const result: SafetensorsTensor[] = [];
  for (const name of (origins ?? variables).keys()) {
    const variable = variables.get(name);
    if (variable === undefined) {
      throw new RangeError(
        message('the model must have the weight', show(name), `It has ${[...variables.keys()].slice(0, 20).join(', ')}.`),
      );
    }
    const { from, transform } = origins?.get(name) ?? { from: name, transform: 'none' };
    const [tensor] = (await fromTensors({ [from]: variable.read() }, options)) as [SafetensorsTensor];
    const { data, shape } = undoTransform(transform, { data: dataOf(tensor) as ArrayLike<unknown>, shape: tensor.shape });
    result.push({
      name: from,
      dtype: tensor.dtype,
      shape,
      ...(isCoded(tensor.dtype) ? { bits: data } : { values: data }),
    } as SafetensorsTensor);
  }
  return result;
}
