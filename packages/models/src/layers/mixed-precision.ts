import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Policy } from '@halftone/policy';
import { policy as toPolicy } from '@halftone/policy';
import { attach, detach, settle } from './attach.ts';
import type { MixedPrecisionModelOptions } from './options.ts';
import { checkModelOptions } from './options.ts';
import type { ModelRecord } from './state.ts';
import { recordOf, state } from './state.ts';
import type { ModelView } from './tfjs-layers.ts';
import { viewOf } from './tfjs-layers.ts';

/**
 * Puts a Layers model into mixed precision: from now on it predicts, evaluates and trains under a policy.
 *
 * The very model that was given is changed and returned: a Sequential stays a Sequential, references to it stay good, and it
 * may be compiled before or after. `predict`, `predictOnBatch`, `execute`, `call`, `evaluate`, `evaluateDataset`, `fit`,
 * `fitDataset` and `trainOnBatch` run under the policy, forward and backward. Losses, metrics and the activation of the last
 * layer are float32, and so is what the model returns. Weights stay float32 variables, the masters, as long as they are trained.
 *
 * `compile` wraps the optimizer (`mixedPrecisionOptimizer`) when a layer computes in half: with dynamic loss scaling exactly
 * when one computes in float16, without any for bfloat16. An optimizer with slots keeps them; it is `model.optimizer.inner`.
 *
 * Large weights of frozen layers (`trainable: false`, two dimensions or more, 256 numbers or more) are stored in the layer's half
 * format when training begins: their float32 variables are dropped, and come back, as the half numbers they became, when the layer
 * is trained again. Weights that are half already (`loadHalfLayersModel`) stay so where they are frozen, and become masters where not.
 *
 * The policy belongs to the model: it is in force only inside these calls, never across an await, so models with different
 * policies may train at the same time, layers shared by two models follow the one that runs, and nothing else is touched.
 * Called again it changes policy and options.
 *
 * Synchronous and cheap; never waits for the GPU. The first `fit` after layers were frozen waits once.
 *
 * @param model - from `tf.sequential`, `tf.model`, `tf.loadLayersModel` or a class of your own
 * @param policy - a policy or its name; `mixed_float16` unless given
 * @param options - of `mixedPrecisionOptimizer` (`lossScale`, `clipNorm`, `accumulate`, …); `frozen: 'float32'` leaves frozen weights as they are
 * @returns the same model; `removeMixedPrecision` undoes it, `model.dispose()` does too
 * @throws TypeError if `model` is no Layers model; RangeError for an unknown policy or option
 * @see keras.mixed_precision for the names; its guide for the float32 activation at the end
 *
 * @example
 * const model = mixedPrecision(tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], activation: 'softmax' })] }));
 * model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
 * storageOf(model.predict(tf.ones([4, 3]))); // 'float32'
 */
export function mixedPrecision<T extends LayersModel>(
  model: T,
  policy: Policy | string = 'mixed_float16',
  options: MixedPrecisionModelOptions = {},
): T {
  const view = viewOf(model, 'mixedPrecision()');
  const chosen = toPolicy(policy);
  checkModelOptions(options);
  const known = state().records.get(model);
  if (known === undefined) {
    const record = createRecord(view, { policy: chosen, options });
    state().records.set(model, record);
    attach(record);
  } else {
    known.policy = chosen;
    known.options = options;
    settle(known);
  }
  return model;
}

/**
 * Takes mixed precision off a model: methods, layers, losses and optimizer are as they were before `mixedPrecision`.
 *
 * The optimizer inside the wrapper is the model's again, with its slots; the loss scale is gone. Weights of frozen layers that
 * were stored in half are float32 variables again, with the values they had in half. Layers' own policies (`setLayerPolicy(layer, …)`) stay.
 *
 * Synchronous, never waits for the GPU.
 *
 * @param model - a model in mixed precision
 * @returns the same model
 * @throws Error if the model is not in mixed precision
 *
 * @example
 * const model = mixedPrecision(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] }));
 * removeMixedPrecision(model) === model; // true
 * policyOf(model); // null
 */
export function removeMixedPrecision<T extends LayersModel>(model: T): T {
  detach(recordOf(model, 'removeMixedPrecision()'));
  return model;
}

/**
 * The policy of a model, or `null` if it is not in mixed precision.
 *
 * Pure and synchronous.
 *
 * @param model - any model
 *
 * @example
 * const model = mixedPrecision(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] }), 'mixed_bfloat16');
 * policyOf(model)?.name; // 'mixed_bfloat16'
 */
export function policyOf(model: LayersModel): Policy | null {
  return state().records.get(model)?.policy ?? null;
}

function createRecord(model: ModelView, settings: Pick<ModelRecord, 'policy' | 'options'>): ModelRecord {
  return {
    ...settings,
    model,
    layerPolicies: new Map(),
    hooked: new Map(),
    outputLayers: new Set(),
    wrapped: null,
    kept: new Map(),
    narrowed: new Set(),
    undo: [],
    inner: null,
    live: true,
  };
}
