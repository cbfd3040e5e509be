import type { GraphModel } from '@tensorflow/tfjs-converter';
import { dispose, type io, type NamedTensorMap } from '@tensorflow/tfjs-core';
import { giveWeights } from './graph-weights.ts';
import { type LoadHalfOptions, weightsOf } from './load-options.ts';
import { ModelFileError, show } from '../bytes/model-file-error.ts';
import { type ModelSource, openModel } from './open-model.ts';
import { rememberStreamed } from './streamed-graphs.ts';

/**
 * Loads a Graph model with its weights straight in half storage.
 *
 * Opens what `saveHalf` and the converter of tfjs write, quantized weights included. Halves of the file become half tensors
 * where the current backend stores them, one weight at a time: there is no float32 copy of the model, and no copy of the weight
 * file either, which tfjs would keep; `saveHalf` reads the weights back instead. On a stock backend they become float32.
 *
 * Waits for the source, not for the device. Loads `@tensorflow/tfjs-converter`, which has to be installed.
 *
 * @param source - a URL (`http`, or a scheme that tfjs knows), an `IOHandler`, or a folder: `{ read(path) }`
 * @param options - `storage` `'as stored'`, `limits`, `allow` nothing, `fetch`
 * @returns the model, owned by the caller
 * @throws ModelFileError if the file is damaged, hostile, beyond a limit, or lacks a weight of the graph; HalfRangeError if a
 * value does not fit the half storage that was asked for
 *
 * @example
 * // const model = await loadHalfGraphModel('https://example.com/detector/model.json');
 */
export async function loadHalfGraphModel(source: ModelSource, options: LoadHalfOptions = {}): Promise<GraphModel> {
  const opened = await openModel(source, options);
  const weights = weightsOf(opened, options);
  const artifacts = { ...opened.rest, weightSpecs: [], weightData: new ArrayBuffer(0) } as io.ModelArtifacts;
  const missing = new Set(constantsOf(opened.rest.modelTopology));
  for (const { specs } of opened.groups) for (const { name } of specs) missing.delete(name);
  if (missing.size > 0) {
    throw new ModelFileError(
      'the file must have every weight of the graph',
      `none for ${[...missing].slice(0, 5).map(show).join(', ')}`,
      'The file is of another model, or corrupt.',
    );
  }
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
  let model: GraphModel;
  try {
    model = await loadGraphModel({ load: async () => artifacts });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
    throw new ModelFileError('tfjs must be able to read the graph', said, 'Is this the model.json of a Graph model, made for this tfjs?', {
      cause,
    });
  }
  const placed = Object.create(null) as NamedTensorMap;
  try {
    for await (const { spec, tensor } of weights) placed[spec.name] = tensor;
    giveWeights(model, placed);
  } catch (error) {
    dispose(placed);
    throw error;
  }
  rememberStreamed(model, artifacts);
  return model;
}

/** Names of the constants of the main graph. */
function constantsOf(topology: object): string[] {
  const { node } = topology as { node?: unknown };
  if (!Array.isArray(node))
    throw new ModelFileError('a graph must have a list of nodes', show(typeof node), 'Is this a Layers model? Use loadHalfLayersModel().');
  return node.flatMap((one: unknown) => {
    const { op, name } = Object(one) as Record<string, unknown>;
    return op === 'Const' && typeof name === 'string' ? [name] : [];
  });
}
