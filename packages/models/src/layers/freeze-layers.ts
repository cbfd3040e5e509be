import type { LayersModel } from '@tensorflow/tfjs-layers';
import { widenWeight } from './half-weight.ts';
import type { LayerSelector } from './layer-selector.ts';
import { selectLayers } from './layer-selector.ts';
import type { PlacedLayer } from './layer-tree.ts';
import { layersOf } from './layer-tree.ts';
import { overrideMethod } from './own-method.ts';
import { state } from './state.ts';
import type { Layer, ModelView, WeightView } from './tfjs-layers.ts';
import { isContainer, viewOf } from './tfjs-layers.ts';

/**
 * Freezes layers for fine-tuning, as Keras understands it: they are not trained, and frozen batch normalizations normalize
 * with the statistics that they have learned.
 *
 * tfjs alone normalizes with the statistics of each batch wherever `fit` runs, frozen or not, and moves the learned ones: a new
 * head then learns from features that `predict` never gives it. On real cells over MobileNetV2 that costs 37 points of accuracy.
 * Models inside are reached too, which `model.trainable = false` does not do everywhere in tfjs.
 *
 * Works on every Layers model, in mixed precision or not. Compile afterwards, as after any change of `trainable`. In mixed
 * precision the large weights go into half when training begins. Synchronous, never waits for the GPU.
 *
 * @param model - a Layers model
 * @param selector - a layer, a name or path with `*`, a RegExp over paths, a class, or `{ className }`; a model stands for its
 * layers; all layers unless given
 * @returns the paths of the layers that were meant
 * @throws TypeError if `model` is no Layers model; RangeError if the selector means no layer
 * @see keras.io/guides/transfer_learning for the rule
 *
 * @example
 * const base = tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [3], name: 'low' }), tf.layers.batchNormalization()] });
 * const model = mixedPrecision(tf.sequential({ layers: [base, tf.layers.dense({ units: 2, name: 'head' })] }));
 * freezeLayers(model, base).length; // 1
 * model.trainableWeights.length; // 2
 */
export function freezeLayers(model: LayersModel, selector: LayerSelector = '*'): readonly string[] {
  const { selected, inside } = meant(model, { selector, caller: 'freezeLayers()' });
  const { normalizations } = state();
  for (const { layer, parents } of inside) {
    if (parents.every(isContainer)) layer.trainable = false;
    if (layer.getClassName() !== 'BatchNormalization' || normalizations.has(layer)) continue;
    normalizations.set(layer, useLearnedStatistics(layer, parents));
  }
  return selected.map(({ path }) => path);
}

/**
 * Lets frozen layers be trained again, for a second round of fine-tuning: the last blocks of a base, or all of it.
 *
 * Batch normalizations use the statistics of the batch again while they train; where a base is unfrozen late, freeze them once
 * more (`{ className: 'BatchNormalization' }`). Weights that lay in half have float32 masters again, for every model that they
 * are in. Compile afterwards, as after any change of `trainable`.
 * Synchronous, never waits for the GPU.
 *
 * @param model - a Layers model
 * @param selector - as for `freezeLayers`; all layers unless given
 * @returns the paths of the layers that were meant
 * @throws TypeError if `model` is no Layers model; RangeError if the selector means no layer
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [3], name: 'low' }), tf.layers.dense({ units: 2, name: 'high' })] });
 * freezeLayers(model);
 * unfreezeLayers(model, 'hi*').join(); // 'high'
 * model.trainableWeights.length; // 2
 */
export function unfreezeLayers(model: LayersModel, selector: LayerSelector = '*'): readonly string[] {
  const { selected, inside } = meant(model, { selector, caller: 'unfreezeLayers()' });
  const { normalizations } = state();
  for (const { layer, parents } of inside) {
    if (parents.every(isContainer)) layer.trainable = true;
    for (const weight of layer.weights) widenWeight(weight as unknown as WeightView);
    normalizations.get(layer)?.();
    normalizations.delete(layer);
  }
  return selected.map(({ path }) => path);
}

/** The layers that a selector means, and those with all that is inside of them, models left out. */
function meant(
  model: LayersModel,
  { selector, caller }: { readonly selector: LayerSelector; readonly caller: string },
): { readonly selected: readonly PlacedLayer[]; readonly inside: readonly PlacedLayer[] } {
  const all = layersOf(viewOf(model, caller) as ModelView);
  const selected = selectLayers(all, selector);
  const roots = new Set(selected.map(({ layer }) => layer));
  const inside = all.filter(({ layer, parents, container }) => !container && [layer, ...parents].some((one) => roots.has(one)));
  return { selected, inside };
}

/** Inference as long as the layer, or one that it is a part of, is not to be trained. */
function useLearnedStatistics(layer: Layer, parents: readonly Layer[]): () => void {
  const holders = [layer, ...parents.filter((parent) => !isContainer(parent))];
  return overrideMethod(layer, 'call', (original) => (inputs, kwargs) => {
    const frozen = holders.some(({ trainable }) => !trainable);
    return original(inputs, frozen ? { ...(kwargs as object), training: false } : kwargs);
  });
}
