import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Policy } from '@halftone/policy';
import { policy as toPolicy } from '@halftone/policy';
import { settle } from './attach.ts';
import { hookLayer } from './layer-hook.ts';
import type { LayerSelector } from './layer-selector.ts';
import { selectLayers } from './layer-selector.ts';
import type { PlacedLayer } from './layer-tree.ts';
import { layersOf, leavesOf } from './layer-tree.ts';
import { recordOf, state } from './state.ts';
import type { Layer, ModelView } from './tfjs-layers.ts';
import { isContainer, isLayer, viewOf } from './tfjs-layers.ts';

/**
 * Gives layers a policy of their own: `float32` for one that overflows, a half one for the only one that is large.
 *
 * With a model and a selector it holds when these layers run as parts of that model, which must be in mixed precision. With a
 * layer alone it holds wherever the layer runs. The forward pass of each call opens a scope; the backward pass of what ran in
 * it follows. A model stands for the layers in it. A policy that was set later replaces an earlier one, and one that a model
 * sets goes before the layer's own; the last activation's float32 default gives way too.
 *
 * Whether the optimizer scales its loss is settled at once, as `compile` would.
 * Synchronous, never waits for the GPU.
 *
 * @param model - a model in mixed precision; or, with two arguments, any layer
 * @param selector - a layer, a name or path with `*`, a RegExp over paths, a class, or `{ className }`
 * @param policy - a policy or its name; `null` takes it away
 * @returns the paths of the layers that were meant
 * @throws RangeError if the selector means no layer or the policy is unknown; TypeError for something else; Error if the model is not wrapped
 *
 * @example
 * const model = mixedPrecision(tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3], name: 'logits' }), tf.layers.softmax()] }));
 * setLayerPolicy(model, 'log*', 'float32').join(); // 'logits'
 */
export function setLayerPolicy(layer: Layer, policy: Policy | string | null): readonly string[];
export function setLayerPolicy(model: LayersModel, selector: LayerSelector, policy: Policy | string | null): readonly string[];
export function setLayerPolicy(
  target: Layer,
  ...rest: [policy: Policy | string | null] | [selector: LayerSelector, policy: Policy | string | null]
): readonly string[] {
  return rest.length === 1 ? setOwnPolicy(target, checked(rest[0])) : setInModel(target, rest[0], checked(rest[1]));
}

function setInModel(target: Layer, selector: LayerSelector, policy: Policy | null): readonly string[] {
  const model = viewOf(target, 'setLayerPolicy(model, selector, policy)');
  const record = recordOf(model, 'setLayerPolicy(model, selector, policy)');
  const selected = selectLayers(layersOf(model), selector);
  for (const { layer } of selected.flatMap(spread)) {
    if (policy === null) record.layerPolicies.delete(layer);
    else record.layerPolicies.set(layer, policy);
  }
  state().policyChanges += 1;
  settle(record);
  return selected.map(({ path }) => path);
}

function setOwnPolicy(target: Layer, policy: Policy | null): readonly string[] {
  if (!isLayer(target)) {
    throw new TypeError(
      `[models] setLayerPolicy(layer, policy) takes a layer, got ${target === null ? 'null' : typeof target}. Pass one of model.layers.`,
    );
  }
  state().policyChanges += 1;
  const { ownPolicies } = state();
  for (const { layer } of spread({ path: target.name, layer: target, container: isContainer(target), parents: [] })) {
    ownPolicies.get(layer)?.unhook();
    ownPolicies.delete(layer);
    if (policy !== null) ownPolicies.set(layer, { policy, unhook: hookLayer(layer) });
  }
  return [target.name];
}

/** A model stands for its layers: a Sequential runs those of a model that it begins with without calling that model. */
function spread(placed: PlacedLayer): readonly PlacedLayer[] {
  return placed.container ? leavesOf(placed.layer as unknown as ModelView) : [placed];
}

function checked(policy: Policy | string | null): Policy | null {
  return policy === null ? null : toPolicy(policy);
}
