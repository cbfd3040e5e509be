import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Policy } from '@halftone/policy';
import { message, ModelFileError, show } from '../bytes/model-file-error.ts';
import type { KerasObject } from './hand-over.ts';
import { isKerasObject } from './keras-object.ts';
import { MODELS } from './layer-config.ts';
import { modelFromKeras } from './model-from-keras.ts';
import { isKerasOptimizer, optimizerFromKeras } from './optimizer-from-keras.ts';
import { policyFromKeras } from './policies.ts';
import type { PolicyMap } from './policy-map.ts';
import { policyMapFromKeras } from './policy-map.ts';

/** An object of a class that the type knows. */
export interface KerasObjectOf<C extends string> extends KerasObject {
  readonly class_name: C;
}

/**
 * Makes here what Keras 3 has serialized: a policy, a map of policies, an optimizer, or a Layers model.
 *
 * The other way of `toKeras`. Text is taken for what `model.to_json()` gives. A model has the weights of its initializers: `scaleIn`
 * or `setWeights` bring those of Keras. A model with layers in half comes in mixed precision: what most of them have is the model's
 * policy, the others keep theirs.
 *
 * Pure; only a model waits, for tfjs to build it. An optimizer with a scale or with clipping comes in `mixedPrecisionOptimizer`.
 *
 * @param config - a DTypePolicy, a DTypePolicyMap, an optimizer, a model, or the JSON text of a model
 * @returns the caller's own: a policy, a map for `policyAt`, an optimizer, or a promise of a model
 * @throws CannotCrossError that names everything that tfjs does not have; RangeError for a policy that Halftone does not have;
 * ModelFileError if text is no JSON
 * @see keras.saving.deserialize_keras_object
 *
 * @example
 * fromKeras({ module: 'keras', class_name: 'DTypePolicy', config: { name: 'mixed_bfloat16' } }).compute; // 'bfloat16'
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'head' })] });
 * const again = await fromKeras(JSON.stringify(toKeras(model)));
 * again.outputs[0].shape[1]; // 2
 */
export function fromKeras(config: string | KerasObjectOf<'Sequential' | 'Functional' | 'Model'>): Promise<LayersModel>;
export function fromKeras(config: KerasObjectOf<'DTypePolicy'>): Policy;
export function fromKeras(config: KerasObjectOf<'DTypePolicyMap'>): PolicyMap;
export function fromKeras(config: KerasObject): Policy | PolicyMap | Optimizer | Promise<LayersModel>;
export function fromKeras(config: string | KerasObject): Policy | PolicyMap | Optimizer | Promise<LayersModel> {
  if (typeof config === 'string') return modelFromText(config);
  if (!isKerasObject(config)) {
    throw new TypeError(message('fromKeras() takes an object with class_name and config', show(config), 'Pass what Keras 3 serialized.'));
  }
  const { class_name: className } = config;
  if (MODELS.includes(className)) return modelFromKeras(config);
  if (className === 'DTypePolicyMap') return policyMapFromKeras(config);
  return isKerasOptimizer(className) ? optimizerFromKeras(config) : policyFromKeras(config);
}

async function modelFromText(text: string): Promise<LayersModel> {
  const source = parsed(text);
  if (isKerasObject(source) && MODELS.includes(source.class_name)) return modelFromKeras(source);
  throw new TypeError(message('the text must be that of a model', show(text), 'Pass what model.to_json() of Keras 3 gave.'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelFileError('the text must be JSON', show(text), 'Pass what model.to_json() of Keras 3 gave.', { cause });
  }
}
