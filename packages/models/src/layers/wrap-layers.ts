import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Policy } from '@halftone/policy';
import { attach, settle } from './attach.ts';
import type { MixedPrecisionModelOptions } from './options.ts';
import { checkModelOptions } from './options.ts';
import type { ModelRecord } from './state.ts';
import { state } from './state.ts';
import type { ModelView } from './tfjs-layers.ts';
import { viewOf } from './tfjs-layers.ts';

/** Puts a Layers model into mixed precision, or changes the policy and options of one that is. */
export function wrapLayers(model: LayersModel, policy: Policy, options: MixedPrecisionModelOptions): void {
  const view = viewOf(model, 'mixedPrecision()');
  checkModelOptions(options);
  const known = state().records.get(model);
  state().policyChanges += 1;
  if (known === undefined) {
    const record = createRecord(view, { policy, options });
    state().records.set(model, record);
    attach(record);
  } else {
    known.policy = policy;
    known.options = options;
    settle(known);
  }
}

function createRecord(model: ModelView, settings: Pick<ModelRecord, 'policy' | 'options'>): ModelRecord {
  return {
    ...settings,
    model,
    layerPolicies: new Map(),
    hooked: new Map(),
    outputLayers: new Set(),
    wrapped: null,
    plan: null,
    kept: new Map(),
    narrowed: new Set(),
    undo: [],
    inner: null,
    live: true,
  };
}
