import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import { io as tfio } from '@tensorflow/tfjs-core';
import { message } from '../bytes/model-file-error.ts';

// What a graph model that we loaded would need to be saved: tfjs keeps the whole weight file for that, we do not.
const streamed = new WeakMap<object, io.ModelArtifacts>();

/** Remembers a model whose weights are on the device alone, and makes tfjs's own `save()` say so instead of writing none. */
export function rememberStreamed(model: GraphModel, artifacts: io.ModelArtifacts): void {
  streamed.set(model, { ...artifacts });
  for (const part of ['weightData', 'weightSpecs'] as const) {
    Object.defineProperty(artifacts, part, {
      enumerable: true,
      get() {
        throw new Error(
          message('a model loaded in half has no weight file to save', 'model.save()', 'Save it with saveHalf(model, target).'),
        );
      },
    });
  }
}

/** The artifacts of such a model with its weights read back as float32, or `null` for any other model. */
export async function streamedArtifacts(model: object): Promise<io.ModelArtifacts | null> {
  const rest = streamed.get(model);
  if (rest === undefined) return null;
  const tensors = Object.entries((model as GraphModel).weights).map(([name, [tensor]]) => ({ name, tensor: tensor as Tensor }));
  const { data, specs } = await tfio.encodeWeights(tensors);
  return { ...rest, weightData: data, weightSpecs: specs };
}
