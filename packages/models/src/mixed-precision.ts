import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Policy } from '@halftone/policy';
import { policy as toPolicy } from '@halftone/policy';
import { detachGraph } from './graph/attach-graph.ts';
import { isGraphModel } from './graph/graph-view.ts';
import type { GraphPrecisionOptions } from './graph/options.ts';
import { graphRecord } from './graph/record.ts';
import { wrapGraph } from './graph/wrap-graph.ts';
import { detach } from './layers/attach.ts';
import type { MixedPrecisionModelOptions } from './layers/options.ts';
import { recordOf, state } from './layers/state.ts';
import { wrapLayers } from './layers/wrap-layers.ts';

/**
 * Puts a model into mixed precision: from now on it predicts, evaluates and trains under a policy.
 *
 * The very model that was given is changed and returned: a Sequential stays a Sequential, and references to it stay good. The
 * policy belongs to the model: it is in force only while the model computes, never across an await, so models with different
 * policies may run at the same time, layers shared by two models follow the one that runs, and nothing else is touched. What the
 * model returns is float32. Called again it changes policy and options.
 *
 * **A Layers model** may be compiled before or after. `predict`, `predictOnBatch`, `execute`, `call`, `evaluate`,
 * `evaluateDataset`, `fit`, `fitDataset` and `trainOnBatch` run under the policy, forward and backward. Losses, metrics and the
 * activation of the last layer are float32. Weights stay float32 variables, the masters, as long as they are trained.
 *
 * `compile` wraps the optimizer (`mixedPrecisionOptimizer`) when a layer computes in half: with dynamic loss scaling exactly
 * when one computes in float16, without any for bfloat16. An optimizer with slots keeps them; it is `model.optimizer.inner`.
 *
 * Large weights of frozen layers (`trainable: false`, two dimensions or more, 256 numbers or more) are stored in the layer's half
 * format when training begins: their float32 variables are dropped, and come back, as the half numbers they became, when the layer
 * is trained again. Weights that are half already (`loadHalfLayersModel`) stay so where they are frozen, and become masters where not.
 *
 * **A Graph model** runs under the policy in `predict`, `execute`, `predictAsync` and `executeAsync`, op by op where ops wait. Its
 * weights of 256 numbers and more are stored in half at once, straight from the host where the model has not run yet; what does not
 * fit (masks, epsilons, infinities, large whole numbers) stays float32 and is named by `summary`. The first inputs are looked at
 * for a range that the model was not made for, such as pixels that nobody divided by 255.
 *
 * Synchronous; never waits for the GPU. The first `fit` after layers were frozen waits once, and so does the first `executeAsync`
 * of a Graph model that had run before it was wrapped.
 *
 * @param model - from `tf.sequential`, `tf.model`, `tf.loadLayersModel`, `tf.loadGraphModel` or a class of your own
 * @param policy - a policy or its name; `mixed_float16` unless given
 * @param options - for a Layers model those of `mixedPrecisionOptimizer` (`lossScale`, `clipNorm`, `accumulate`, …), and
 * `frozen: 'float32'` leaves frozen weights as they are; for a Graph model `halfWeights` and `checkRange`
 * @returns the same model; `removeMixedPrecision` undoes it, `model.dispose()` does too
 * @throws TypeError if `model` is no model of tfjs; RangeError for an unknown policy or option
 * @see keras.mixed_precision for the names; its guide for the float32 activation at the end
 *
 * @example
 * const model = mixedPrecision(tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], activation: 'softmax' })] }));
 * model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
 * storageOf(model.predict(tf.ones([4, 3]))); // 'float32'
 */
export function mixedPrecision<T extends LayersModel>(model: T, policy?: Policy | string, options?: MixedPrecisionModelOptions): T;
export function mixedPrecision<T extends GraphModel>(model: T, policy?: Policy | string, options?: GraphPrecisionOptions): T;
export function mixedPrecision<T extends LayersModel | GraphModel>(
  model: T,
  policy: Policy | string = 'mixed_float16',
  options: MixedPrecisionModelOptions | GraphPrecisionOptions = {},
): T {
  if (isGraphModel(model)) wrapGraph(model, toPolicy(policy), options as GraphPrecisionOptions);
  else wrapLayers(model, toPolicy(policy), options as MixedPrecisionModelOptions);
  return model;
}

/**
 * Takes mixed precision off a model: methods, layers, losses and optimizer are as they were before `mixedPrecision`.
 *
 * The optimizer inside the wrapper is the model's again, with its slots; the loss scale is gone. Weights of frozen layers that
 * were stored in half are float32 variables again, with the values they had in half. Layers' own policies (`setLayerPolicy(layer, …)`) stay.
 * A Graph model has the float32 weights of its file again where tfjs keeps it for `save()`, which it does unless the file was
 * streamed; else the values that they had in half. A run of `executeAsync` that is under way ends with the halves first.
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
export function removeMixedPrecision<T extends LayersModel | GraphModel>(model: T): T {
  const graph = graphRecord(model);
  if (graph === undefined) detach(recordOf(model, 'removeMixedPrecision()'));
  else detachGraph(graph);
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
export function policyOf(model: LayersModel | GraphModel): Policy | null {
  return (graphRecord(model) ?? state().records.get(model))?.policy ?? null;
}
