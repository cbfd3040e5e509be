import { dispose, engine, serialization } from '@tensorflow/tfjs-core';
import { type LayersModel, models } from '@tensorflow/tfjs-layers';
import { ModelFileError } from '../bytes/model-file-error.ts';
import type { ModelJson } from './model-json.ts';

type Compiled = LayersModel & { loadTrainingConfig(config: unknown): void };

/** Builds the layers of a checked model file, with initial weights; leaves nothing behind where tfjs cannot. */
export async function buildLayers({ modelTopology, trainingConfig, userDefinedMetadata }: ModelJson['rest']): Promise<LayersModel> {
  const { registeredVariables } = engine().state;
  const before = new Set(Object.keys(registeredVariables));
  const building = buildNow(modelTopology); // builds before its first await, so that what is new is of this model
  const made = Object.entries(registeredVariables).flatMap(([name, variable]) => (before.has(name) ? [] : [variable]));
  try {
    const model = (await building) as Compiled;
    if (trainingConfig !== undefined && trainingConfig !== null) model.loadTrainingConfig(trainingConfig);
    if (userDefinedMetadata !== undefined && userDefinedMetadata !== null) model.setUserDefinedMetadata(userDefinedMetadata);
    return model;
  } catch (cause) {
    dispose(made);
    const said = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
    throw new ModelFileError(
      'tfjs must be able to build the layers',
      said,
      'Register custom layers with tf.serialization.registerClass(), or check the file.',
      { cause },
    );
  }
}

const ALIAS = 'halftone/zeros'; // a class name of its own: what a failed build leaves in tfjs's table of names is never asked for

/**
 * Builds with zeros for initial weights where the class of the model is registered, as tfjs's own loader does: drawing numbers
 * that are about to be replaced takes seconds for large models.
 */
function buildNow(topology: object): Promise<LayersModel> {
  const whole = topology as { readonly model_config?: object | null };
  const model = (whole.model_config ?? topology) as Readonly<Record<string, unknown>>;
  const { classNameMap } = serialization.SerializationMap.getMap();
  const key = model['className'] === undefined ? 'class_name' : 'className';
  const name = model[key];
  const found = typeof name === 'string' && Object.hasOwn(classNameMap, name) ? classNameMap[name] : undefined;
  if (found === undefined) return models.modelFromJSON({ modelTopology: model } as never);
  const [cls, fromConfig] = found as [unknown, (...args: unknown[]) => unknown];
  const withZeros = (_: unknown, config: unknown, customObjects: unknown): unknown => fromConfig(cls, config, customObjects, true);
  return models.modelFromJSON({ modelTopology: { ...model, [key]: ALIAS } } as never, { [ALIAS]: [cls, withZeros] } as never);
}
