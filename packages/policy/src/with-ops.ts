import { nearest } from './nearest.ts';
import type { ClassWord, OpClass } from './op-class.ts';
import { CLASS_WORD_ORDER, CLASS_WORDS } from './op-class.ts';
import { addOps } from './parse-policy.ts';
import { policy as toPolicy } from './policy.ts';
import type { Policy } from './policy-value.ts';
import { buildPolicy } from './policy-value.ts';
import { show } from './show.ts';

/** Kernel names by the class they shall have. A kernel that tfjs does not have is written `custom:Name`. */
export type OpOverrides = { readonly [word in ClassWord]?: readonly string[] };

/**
 * Gives kernels another class than the table does: the user's own allowlist and denylist.
 *
 * For a model that overflows in one op, or whose user knows that an op is harmless. Overrides add up; a later one wins.
 * A kernel that you registered yourself is written `custom:Name`, so that a typo in a name of tfjs's cannot pass for one.
 *
 * Pure and synchronous: the policy that is passed in stays as it was.
 *
 * @param policy - the policy to start from
 * @param overrides - lists of kernel names: `allow`, `deny`, `f32Inner`, `promote`, `pass`
 * @returns a frozen policy with the overrides added
 * @throws RangeError if a kernel is unknown (with the nearest name) or in two lists; TypeError if a list is no list
 *
 * @example
 * const careful = withOps(policy('mixed_float16'), { deny: ['Tanh'], allow: ['custom:FlashAttention'] });
 * kernelClass(careful, 'Tanh').opClass; // 'deny'
 * kernelClass(careful, 'FlashAttention').opClass; // 'allow'
 */
export function withOps(policy: Policy, overrides: OpOverrides): Policy {
  const base = toPolicy(policy);
  const added: Record<string, OpClass> = {};
  for (const [word, kernels] of Object.entries(overrides)) {
    if (!Object.hasOwn(CLASS_WORDS, word)) {
      throw new RangeError(
        `[policy] an override must be one of ${CLASS_WORD_ORDER.join(', ')}, got ${show(word)}. Did you mean '${nearest(word, CLASS_WORD_ORDER)}'?`,
      );
    }
    if (!Array.isArray(kernels)) {
      throw new TypeError(`[policy] ${word} must be a list of kernel names, got ${show(kernels)}. Write { ${word}: ['Tanh'] }.`);
    }
    addOps(added, CLASS_WORDS[word as ClassWord], kernels);
  }
  return buildPolicy(base, { ...base.ops, ...added });
}
