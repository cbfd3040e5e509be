import { autocast } from '@halftone/autocast';
import type { Policy } from '@halftone/policy';
import { finalPolicy } from './final-policy.ts';
import { overrideMethod } from './own-method.ts';
import { state } from './state.ts';
import type { Layer } from './tfjs-layers.ts';

/**
 * Makes a layer open a scope around each of its synchronous calls, if it has a policy there and then. Counted: the layer
 * gets its own method back when everyone who asked has undone.
 */
export function hookLayer(layer: Layer): () => void {
  const { hooks } = state();
  const hook = hooks.get(layer) ?? { count: 0, undo: overrideCall(layer) };
  hooks.set(layer, hook);
  hook.count += 1;
  let done = false;
  return () => {
    if (done) return;
    done = true;
    hook.count -= 1;
    if (hook.count > 0) return;
    hook.undo();
    hooks.delete(layer);
  };
}

function overrideCall(layer: Layer): () => void {
  return overrideMethod(layer, 'call', (original) => (...args) => {
    const policy = policyOfCall(layer);
    return policy === null ? original(...args) : autocast(policy, () => original(...args));
  });
}

/**
 * The policy of a call that begins now: what the running models say of this layer (the innermost first), what was set for
 * the layer itself, float32 activations where it ends the outermost model, or nothing: then it follows what is in force.
 */
function policyOfCall(layer: Layer): Policy | null {
  const { running, ownPolicies } = state();
  for (let i = running.length - 1; i >= 0; i--) {
    const policy = running[i]?.layerPolicies.get(layer);
    if (policy !== undefined) return policy;
  }
  const own = ownPolicies.get(layer);
  if (own !== undefined) return own.policy;
  const [outermost] = running;
  const innermost = running[running.length - 1];
  return outermost !== undefined && innermost !== undefined && outermost.outputLayers.has(layer)
    ? finalPolicy(innermost.policy, layer)
    : null;
}
