import { CLASS_WORD_ORDER, CLASS_WORDS } from './op-class.ts';
import { policy as toPolicy } from './policy.ts';
import type { Policy } from './policy-value.ts';

/**
 * Writes a policy as a string that `policy` reads back to an equal one, overrides included.
 *
 * For logs, file names, settings and the metadata of a saved model: equal policies give equal strings.
 *
 * Pure and synchronous.
 *
 * @param policy - from `policy` or `withOps`
 * @returns the name or the three formats, then the overrides by class
 * @throws TypeError or RangeError if it is no policy
 *
 * @example
 * formatPolicy(withOps(policy('mixed_float16'), { deny: ['Tanh', 'Sigmoid'] })); // 'mixed_float16,deny=Sigmoid+Tanh'
 */
export function formatPolicy(policy: Policy): string {
  const { name, ops } = toPolicy(policy);
  const overrides = CLASS_WORD_ORDER.map((word) => ({
    word,
    kernels: Object.keys(ops).filter((kernel) => ops[kernel] === CLASS_WORDS[word]),
  }));
  return [name, ...overrides.filter(({ kernels }) => kernels.length > 0).map(({ word, kernels }) => `${word}=${kernels.join('+')}`)].join(
    ',',
  );
}
