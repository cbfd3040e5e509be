import { kernelClass } from './kernel-class.ts';
import { kernelTable } from './kernel-table.ts';
import type { OpClass } from './op-class.ts';
import type { Policy } from './policy-value.ts';

/** The kernels of tfjs that a policy puts in a class, by name. */
function kernelsOf(policy: Policy, opClass: OpClass): readonly string[] {
  return Object.keys(kernelTable)
    .filter((kernel) => kernelClass(policy, kernel).opClass === opClass)
    .sort();
}

/**
 * Lists the kernels of tfjs that a policy computes in half.
 *
 * For people who look for the list that other systems call by this name; kernels in no list follow their inputs.
 *
 * Pure and synchronous; walks the whole table.
 *
 * @param policy - the policy, overrides included
 * @returns kernel names in alphabetical order
 *
 * @example
 * allowlist(policy('mixed_float16')).includes('Conv2D'); // true
 * allowlist(policy('float32')); // []
 */
export function allowlist(policy: Policy): readonly string[] {
  return kernelsOf(policy, 'allow');
}

/**
 * Lists the kernels of tfjs that a policy keeps in float32, inputs and outputs.
 *
 * For people who look for the list that other systems call by this name; kernels in no list follow their inputs.
 *
 * Pure and synchronous; walks the whole table.
 *
 * @param policy - the policy, overrides included
 * @returns kernel names in alphabetical order
 *
 * @example
 * denylist(policy('mixed_float16')).includes('Exp'); // true
 * denylist(policy('mixed_bfloat16')).includes('Sum'); // false
 */
export function denylist(policy: Policy): readonly string[] {
  return kernelsOf(policy, 'deny');
}
