import type { Policy } from '@halftone/policy';
import { withOps } from '@halftone/policy';
import type { Layer } from './tfjs-layers.ts';

/** Activations that end a model: probabilities near 0 and 1, which a loss takes the logarithm of. */
const FINAL_ACTIVATIONS = ['Elu', 'LogSoftmax', 'Selu', 'Sigmoid', 'Softmax', 'Softplus', 'Tanh'] as const;

const finals = /* @__PURE__ */ new WeakMap<Policy, Policy>();

/**
 * The policy of the layer that ends a model: its activation gives float32, as Keras advises for the last one. Overrides that
 * the user made stay. Recurrent layers are left as they are: their activations are steps of a loop, not the end.
 */
export function finalPolicy(policy: Policy, layer: Layer): Policy {
  if (policy.compute === 'float32' || policy.param !== 'float32' || 'cell' in layer || 'forwardLayer' in layer) return policy;
  const known = finals.get(policy);
  if (known !== undefined) return known;
  const made = withOps(policy, { deny: FINAL_ACTIVATIONS.filter((kernel) => !Object.hasOwn(policy.ops, kernel)) });
  finals.set(policy, made);
  return made;
}
