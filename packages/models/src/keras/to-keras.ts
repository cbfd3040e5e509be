import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LossScale } from '@halftone/loss-scale';
import { noLossScale } from '@halftone/loss-scale';
import type { Policy } from '@halftone/policy';
import { message } from '../bytes/model-file-error.ts';
import { isContainer } from '../layers/tfjs-layers.ts';
import type { KerasObject } from './hand-over.ts';
import { modelToKeras } from './model-to-keras.ts';
import { optimizerToKeras } from './optimizer-to-keras.ts';
import { policyToKeras } from './policies.ts';
import type { PolicyMap } from './policy-map.ts';
import { policyMapToKeras } from './policy-map.ts';

/** What goes around an optimizer in Keras. */
export interface ToKerasOptions {
  /** The scale of the loss: a LossScaleOptimizer for a dynamic one, `loss_scale_factor` for a static one; none unless set. */
  readonly lossScale?: LossScale;
}

/**
 * Says in Keras 3's own words what a policy, a map of policies, an optimizer or a Layers model is.
 *
 * So that training goes on in Python where a browser or one machine is no longer enough: `json.dumps` of a policy goes through
 * `keras.dtype_policies.deserialize`, of an optimizer through `keras.optimizers.deserialize`, of a model through
 * `keras.models.model_from_json`. A model takes along the policy of each layer (as its `dtype`), not its weights: `scaleOut` writes
 * those too. The layer that ends a model in mixed precision becomes float32, as Keras's guide asks.
 *
 * Functions that Keras 3 lacks are named as registered ones: tfjs's `hardSigmoid`, the default of recurrent gates, has another slope
 * than Keras 3's. Python registers it in front: `@keras.saving.register_keras_serializable(package='halftone', name='hard_sigmoid')`
 * over `lambda x: keras.ops.clip(0.2 * x + 0.5, 0, 1)`; without it Keras says that it is missing.
 *
 * Pure and synchronous; reads no tensor.
 *
 * @param value - a policy or its name, a map of policies, an optimizer without its wrapper, or a Layers model
 * @param options - `lossScale` of an optimizer
 * @returns a plain object for `JSON.stringify`
 * @throws CannotCrossError that names everything that Keras does not have; RangeError for a policy that it does not have
 * @see keras.saving.serialize_keras_object
 *
 * @example
 * toKeras('mixed_float16').config.name; // 'mixed_float16'
 * toKeras(tf.train.momentum(0.5, 0.25)).class_name; // 'SGD'
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'head' })] });
 * toKeras(model).config.layers[1].config.units; // 2
 */
export function toKeras(value: Policy | string | PolicyMap | LayersModel): KerasObject;
export function toKeras(value: Optimizer, options?: ToKerasOptions): KerasObject;
export function toKeras(value: Policy | string | PolicyMap | LayersModel | Optimizer, options: ToKerasOptions = {}): KerasObject {
  if (typeof value === 'string') return policyToKeras(value);
  if (isContainer(value)) return modelToKeras(value);
  if (typeof value === 'object' && value !== null) {
    if ('applyGradients' in value) return optimizerToKeras(value, options.lossScale ?? noLossScale());
    if ('entries' in value) return policyMapToKeras(value);
    if ('compute' in value) return policyToKeras(value);
  }
  const got = value === null ? 'null' : typeof value;
  throw new TypeError(message('toKeras() takes a policy, a map of policies, an optimizer or a Layers model', got, 'Pass one of them.'));
}
