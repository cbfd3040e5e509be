import { dispose, engine } from '@tensorflow/tfjs-core';
import { type LayersModel, models } from '@tensorflow/tfjs-layers';
import { ModelFileError } from './model-file-error.ts';
import type { ModelJson } from './model-json.ts';

type Compiled = LayersModel & { loadTrainingConfig(config: unknown): void };

/** Builds the layers of a checked model file, with initial weights; leaves nothing behind where tfjs cannot. */
export async function buildLayers({ modelTopology, trainingConfig, userDefinedMetadata }: ModelJson['rest']): Promise<LayersModel> {
  const { registeredVariables } = engine().state;
  const before = new Set(Object.keys(registeredVariables));
  const building = models.modelFromJSON({ modelTopology } as never); // builds before its first await, so that what is new is of this model
  const made = Object.entries(registeredVariables).flatMap(([name, variable]) => (before.has(name) ? [] : [variable]));
  try {
    const model = (await building) as Compiled;
    if (trainingConfig !== undefined && trainingConfig !== null) model.loadTrainingConfig(trainingConfig);
    if (userDefinedMetadata !== undefined && userDefinedMetadata !== null) model.setUserDefinedMetadata(userDefinedMetadata);
    return model;
  } catch (cause) {
    dispose(made);
    const said = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
    throw new ModelFileError('tfjs must be able to build the layers', said, 'Register custom layers with tf.serialization.registerClass(), or check the file.', { cause });
  }
}
