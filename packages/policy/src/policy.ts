import { checkKernelName } from './kernel-name.ts';
import { nearest } from './nearest.ts';
import type { OpClass } from './op-class.ts';
import { CLASS_WORDS } from './op-class.ts';
import { parsePolicy } from './parse-policy.ts';
import type { Policy } from './policy-value.ts';
import { buildPolicy, isMade } from './policy-value.ts';
import type { Precision } from './precision.ts';
import { PRECISIONS } from './precision.ts';
import { show } from './show.ts';

/**
 * Makes a policy: which precision variables, maths and results of a model have.
 *
 * A string is a name (`mixed_float16`, `mixed_bfloat16`, `float32`, and `float16`, `bfloat16` for everything in half) or its parts,
 * `param=float32,compute=float16,output=float32`, short `p=f32,c=f16,o=f32`. Missing parts follow JAX's jmp: `param` is float32,
 * `compute` is `param`, `output` is `compute`. Overrides come last: `mixed_float16,deny=Tanh+Sigmoid,f32Inner=Softmax`.
 * An object (one read from JSON, say) is checked and its name follows from its formats.
 *
 * Pure and synchronous. A policy that was made here is returned as it is.
 *
 * @param spec - a policy string or a policy
 * @returns the frozen policy
 * @throws RangeError if a word is unknown (with the nearest one that is known), given twice or out of place; TypeError if `spec`
 *   is neither a string nor a policy
 * @see JAX's jmp for the grammar, Keras for the names
 *
 * @example
 * policy('mixed_float16').compute; // 'float16'
 * policy('p=f32,c=f16,o=f32').name; // 'mixed_float16'
 */
export function policy(spec: string | Policy): Policy {
  if (typeof spec === 'string') return parsePolicy(spec);
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    throw new TypeError(
      `[policy] a policy must be a string or a policy object, got ${show(spec)}. Write for example policy('mixed_float16').`,
    );
  }
  if (isMade(spec)) return spec;
  const [param, compute, output] = [precisionOf(spec, 'param'), precisionOf(spec, 'compute'), precisionOf(spec, 'output')];
  return buildPolicy({ param, compute, output }, checkedOps(spec.ops));
}

function precisionOf(spec: Policy, part: 'param' | 'compute' | 'output'): Precision {
  const value: unknown = spec[part];
  const found = PRECISIONS.find((precision) => precision === value);
  if (found !== undefined) return found;
  const [Kind, remedy] =
    typeof value === 'string'
      ? [RangeError, `Did you mean '${nearest(value, PRECISIONS)}'?`]
      : [TypeError, "Start from policy('mixed_float16')."];
  throw new Kind(`[policy] ${part} of a policy must be one of ${PRECISIONS.join(', ')}, got ${show(value)}. ${remedy}`);
}

function checkedOps(ops: unknown): Record<string, OpClass> {
  if (ops === undefined) return {};
  if (typeof ops !== 'object' || ops === null || Array.isArray(ops)) {
    throw new TypeError(
      `[policy] ops of a policy must be an object from kernel name to class, got ${show(ops)}. Use withOps() to override classes.`,
    );
  }
  const classes: readonly OpClass[] = Object.values(CLASS_WORDS);
  return Object.fromEntries(
    Object.entries(ops).map(([name, value]: [string, unknown]) => {
      const opClass = classes.find((known) => known === value);
      if (opClass === undefined) {
        throw new RangeError(
          `[policy] the class of '${name}' must be one of ${classes.join(', ')}, got ${show(value)}. Use withOps() to override classes.`,
        );
      }
      return [checkKernelName(name), opClass];
    }),
  );
}
