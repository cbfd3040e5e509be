import type { Policy } from '@halftone/policy';
import { finalPolicy } from './final-policy.ts';
import type { PlacedLayer } from './layer-tree.ts';
import type { ModelRecord } from './state.ts';
import { state } from './state.ts';
import type { Layer } from './tfjs-layers.ts';

/** The policy of a layer in a wrapped model, and who says so. */
export interface LayerPolicy {
  readonly policy: Policy;
  /** The policy as it was set: without the float32 activation at the end of a model. */
  readonly set: Policy;
  readonly from: 'layer' | 'model';
}

/** What holds when this layer runs as a part of the model; the same rule as in `policyOfCall`, for questions outside of a call. */
export function layerPolicy(record: ModelRecord, { layer, parents }: PlacedLayer): LayerPolicy {
  for (const one of [layer, ...[...parents].reverse()]) {
    const set = innerPolicy(parents, one) ?? record.layerPolicies.get(one) ?? state().ownPolicies.get(one)?.policy;
    if (set !== undefined) return { policy: set, set, from: 'layer' };
    const wrapped = state().records.get(one)?.policy;
    if (wrapped !== undefined) return modelPolicy(record, wrapped, layer);
  }
  return modelPolicy(record, record.policy, layer);
}

function modelPolicy({ outputLayers }: ModelRecord, policy: Policy, layer: Layer): LayerPolicy {
  return { policy: outputLayers.has(layer) ? finalPolicy(policy, layer) : policy, set: policy, from: 'model' };
}

/** What a wrapped model inside says of one of its layers. */
function innerPolicy(parents: readonly Layer[], layer: Layer): Policy | undefined {
  for (const parent of [...parents].reverse()) {
    const policy = state().records.get(parent)?.layerPolicies.get(layer);
    if (policy !== undefined) return policy;
  }
  return undefined;
}
