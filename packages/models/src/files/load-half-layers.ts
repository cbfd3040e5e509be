import { dispose, type Tensor, util } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildLayers } from './build-layers.ts';
import { type LoadHalfOptions, weightsOf } from './load-options.ts';
import { ModelFileError, show } from '../bytes/model-file-error.ts';
import { type ModelSource, openModel } from './open-model.ts';

/**
 * Loads a Layers model with its weights straight in half storage.
 *
 * Opens what `saveHalf` and the converter of tfjs write, and plain float32 files. Halves of the file become half tensors where
 * the current backend stores them, one weight at a time: there is no float32 copy of the model. On a stock backend they become
 * float32, as in plain tfjs. The zeros that tfjs builds layers with are let go one by one.
 *
 * Waits for the source, not for the device.
 *
 * @param source - a URL (`http`, or a scheme that tfjs knows), an `IOHandler`, or a folder: `{ read(path) }`
 * @param options - `storage` `'as stored'`, `limits`, `allow` nothing, `fetch`
 * @returns the model, owned by the caller; its optimizer, if the file has one, keeps float32 slots
 * @throws ModelFileError if the file is damaged, hostile, beyond a limit, or its weights are not those of the model;
 * HalfRangeError if a value does not fit the half storage that was asked for
 *
 * @example
 * const files = new Map();
 * const folder = { read: async (path) => files.get(path), write: async (path, bytes) => void files.set(path, bytes) };
 * await saveHalf(tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [1], kernelInitializer: 'ones' })] }), folder);
 * const model = await loadHalfLayersModel(folder);
 * model.predict(tf.tensor([[3]])).dataSync(); // Float32Array [3, 3]
 */
export async function loadHalfLayersModel(source: ModelSource, options: LoadHalfOptions = {}): Promise<LayersModel> {
  const opened = await openModel(source, options);
  const weights = weightsOf(opened, options);
  const model = await buildLayers(opened.rest);
  const slots: { name: string; tensor: Tensor }[] = [];
  try {
    const variables = new Map(model.weights.map((variable) => [variable.originalName, variable]));
    for await (const { spec, tensor } of weights) {
      if (spec.group === 'optimizer') {
        slots.push({ name: spec.name, tensor });
        continue;
      }
      try {
        const name = variables.has(spec.name) ? spec.name : withoutCell(spec.name);
        const variable = variables.get(name);
        if (variable === undefined)
          throw new ModelFileError('a weight must belong to the model', show(spec.name), 'The file is of another model, or corrupt.');
        if (!util.arraysEqual(variable.shape as number[], [...spec.shape])) {
          throw new ModelFileError(
            `weight ${show(spec.name)} must have the shape ${show(variable.shape)}`,
            show(spec.shape),
            'The file is of another model, or corrupt.',
          );
        }
        if (tensor.dtype !== variable.dtype)
          throw new ModelFileError(`weight ${show(spec.name)} must be ${variable.dtype}`, tensor.dtype, 'The file is corrupt.');
        variable.write(tensor);
        variables.delete(name);
      } finally {
        tensor.dispose();
      }
    }
    if (variables.size > 0) {
      const missing = [...variables.keys()].slice(0, 5).map(show).join(', ');
      throw new ModelFileError(
        'the file must have every weight of the model',
        `none for ${missing}`,
        'The file is of another model, or corrupt.',
      );
    }
    if (slots.length > 0 && model.optimizer !== undefined && model.optimizer !== null) await model.optimizer.setWeights(slots);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    dispose(slots.map(({ tensor }) => tensor));
  }
}

/** Keras puts the name of a recurrent cell between those of layer and weight; tfjs leaves it out. */
function withoutCell(name: string): string {
  const parts = name.split('/');
  return [...parts.slice(0, -2), parts.at(-1)].join('/');
}
