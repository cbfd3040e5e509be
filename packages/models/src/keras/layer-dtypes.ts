import type { Policy } from '@halftone/policy';
import { policy as toPolicy } from '@halftone/policy';
import { layerPolicy } from '../layers/layer-policies.ts';
import type { PlacedLayer } from '../layers/layer-tree.ts';
import { leavesOf } from '../layers/layer-tree.ts';
import { state } from '../layers/state.ts';
import type { Layer, ModelView } from '../layers/tfjs-layers.ts';
import type { Refusals } from './cannot-cross.ts';
import { whyNotInKeras } from './policies.ts';

/** The policies of a model in Keras's sense: one for each layer, which holds for all that the layer does. */
export interface LayerDTypes {
  readonly model: Policy;
  readonly of: (layer: Layer) => Policy;
  /** Layers whose policy is not the model's, by path. */
  readonly others: Readonly<Record<string, Policy>>;
}

/**
 * Reads the policies off a model, wrapped or not.
 *
 * The layer that ends a wrapped model becomes float32: Keras has no layer that multiplies in half and activates in float32, and its
 * guide has the last one float32.
 */
export function layerDTypes(model: ModelView, refused: Refusals): LayerDTypes {
  const float32 = toPolicy('float32');
  const record = state().records.get(model);
  const whole = record?.policy ?? float32;
  note(whole, `the policy of model '${model.name}'`, refused);
  const policies = new Map<Layer, Policy>();
  const others: Record<string, Policy> = {};
  for (const placed of leavesOf(model)) {
    const policy = record === undefined ? unwrappedPolicy(placed) : wrappedPolicy(record, placed);
    note(policy, `the policy of layer '${placed.path}'`, refused);
    policies.set(placed.layer, policy);
    if (policy.name !== whole.name) others[placed.path] = policy;
  }
  return { model: whole, of: (layer) => policies.get(layer) ?? whole, others };

  function wrappedPolicy(record: Parameters<typeof layerPolicy>[0], placed: PlacedLayer): Policy {
    const { policy, set } = layerPolicy(record, placed);
    return policy === set ? set : float32;
  }

  function unwrappedPolicy({ layer, parents }: PlacedLayer): Policy {
    const { ownPolicies, records } = state();
    const owner = [layer, ...[...parents].reverse()].find((one) => ownPolicies.has(one) || records.has(one));
    return (owner && (ownPolicies.get(owner)?.policy ?? records.get(owner)?.policy)) ?? float32;
  }
}

function note(policy: Policy, whose: string, refused: Refusals): void {
  const why = whyNotInKeras(policy);
  if (why !== null) refused.add(`${whose} with ${why}`);
}
