import type { Policy } from '@halftone/policy';
import { policy as toPolicy } from '@halftone/policy';
import { message, show } from '../bytes/model-file-error.ts';
import type { KerasObject } from './hand-over.ts';
import { isRecord, kerasObject } from './keras-object.ts';
import { policyFromKeras, policyToKeras } from './policies.ts';

/** Policies by the path of a layer, as Keras's DTypePolicyMap has them; `policyAt` looks one up. */
export interface PolicyMap {
  /** Where no entry matches; `null`: float32, Keras's policy unless a global one is set. */
  readonly default: Policy | null;
  /** A path, or a regular expression that must match a whole path. */
  readonly entries: readonly (readonly [pattern: string, policy: Policy])[];
}

/**
 * The policy of a layer in a map of policies, by the rules of Keras: an exact path goes before patterns, and a pattern must match
 * the whole path.
 *
 * To give layers of a wrapped model what a DTypePolicyMap says of them: `setLayerPolicy(model, path, policyAt(map, path))`.
 *
 * Pure and synchronous.
 *
 * @param map - from `fromKeras`, or a literal
 * @param path - the layer's path
 * @returns the policy of the entry, the map's default, or float32
 * @throws RangeError if two patterns match, or one is no regular expression
 * @see keras.dtype_policies.DTypePolicyMap
 *
 * @example
 * const config = { default_policy: 'mixed_bfloat16', policy_map: { 'decoder.head': toKeras('float32') } };
 * const map = fromKeras({ module: 'keras.dtype_policies', class_name: 'DTypePolicyMap', config });
 * policyAt(map, 'decoder/head').name; // 'float32'
 * policyAt(map, 'decoder/dense').name; // 'mixed_bfloat16'
 */
export function policyAt(map: PolicyMap, path: string): Policy {
  const exact = map.entries.find(([pattern]) => pattern === path);
  if (exact !== undefined) return exact[1];
  const matching = map.entries.filter(([pattern]) => wholePath(pattern).test(path));
  if (matching.length > 1) {
    const patterns = matching.map(([pattern]) => show(pattern)).join(' and ');
    throw new RangeError(message(`one pattern must match the path ${show(path)}`, patterns, 'Make one of them narrower.'));
  }
  return matching[0]?.[1] ?? map.default ?? toPolicy('float32');
}

/** A map as Keras serializes it. */
export function policyMapToKeras({ default: otherwise, entries }: PolicyMap): KerasObject {
  return kerasObject('keras.dtype_policies', 'DTypePolicyMap', {
    default_policy: otherwise === null ? null : policyToKeras(otherwise).config['name'],
    policy_map: Object.fromEntries(entries.map(([pattern, policy]) => [pattern, policyToKeras(policy)])),
  });
}

/** A map from a serialized DTypePolicyMap. */
export function policyMapFromKeras({ config }: KerasObject): PolicyMap {
  const { default_policy: otherwise = null, policy_map: entries } = config;
  if (!isRecord(entries)) {
    throw new RangeError(message('a DTypePolicyMap must have a policy_map', show(entries), 'Serialize it with Keras 3.'));
  }
  const map: PolicyMap = {
    default: otherwise === null ? null : policyFromKeras(otherwise),
    entries: Object.entries(entries).map(([pattern, policy]) => [pattern, policyFromKeras(policy)] as const),
  };
  for (const [pattern] of map.entries) wholePath(pattern);
  return map;
}

function wholePath(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    throw new RangeError(message('a key of a policy map must be a path or a regular expression', show(pattern), 'Correct the pattern.'));
  }
}
