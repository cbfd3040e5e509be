import type { Policy } from '@halftone/policy';
import { policy as toPolicy } from '@halftone/policy';
import { message, show } from '../bytes/model-file-error.ts';
import type { KerasObject } from './hand-over.ts';
import { isKerasObject, kerasObject } from './keras-object.ts';

/** The policies that both sides have, with one name and one meaning for the layers of a model. */
const SHARED = ['float32', 'mixed_float16', 'mixed_bfloat16', 'float16', 'bfloat16'] as const;

/** Why a policy cannot be said in Keras's words, or `null`. */
export function whyNotInKeras(policy: Policy): string | null {
  if (!SHARED.some((name) => name === policy.name)) return `the formats ${policy.name}, which Keras has no name for`;
  const overrides = Object.keys(policy.ops);
  return overrides.length === 0 ? null : `overrides of single ops (${overrides.join(', ')}), which Keras does not have`;
}

/** A policy as Keras serializes it. */
export function policyToKeras(policy: Policy | string): KerasObject {
  const chosen = toPolicy(policy);
  const why = whyNotInKeras(chosen);
  if (why !== null) throw new RangeError(message('a policy for Keras must be one that Keras has', why, `Use ${SHARED.join(', ')}.`));
  return kerasObject('keras', 'DTypePolicy', { name: chosen.name });
}

/** A policy from a serialized DTypePolicy, or from its name, as old configs and input layers have it. */
export function policyFromKeras(config: unknown): Policy {
  const name = isKerasObject(config) && config.class_name === 'DTypePolicy' ? config.config['name'] : config;
  if (typeof name === 'string' && SHARED.some((known) => known === name)) return toPolicy(name);
  const got = isKerasObject(config) && config.class_name !== 'DTypePolicy' ? config.class_name : show(name);
  throw new RangeError(
    message(`a policy of Keras must be a DTypePolicy of ${SHARED.join(', ')}`, got, 'Set another dtype policy in Keras.'),
  );
}
