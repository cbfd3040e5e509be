import type { OpClass } from './op-class.ts';
import type { Precision } from './precision.ts';

/** Which precision the parts of a model have. */
export interface Policy {
  /** A name that has one meaning: `mixed_float16` and its like, or the three formats in words. */
  readonly name: string;
  /** Format of the variables. Half means that everything is half, without float32 masters. */
  readonly param: Precision;
  /** Format that the allowlist computes in. */
  readonly compute: Precision;
  /** Format of what the model returns. */
  readonly output: Precision;
  /** The user's overrides alone: kernel name to class. */
  readonly ops: Readonly<Record<string, OpClass>>;
}

/** The three formats of a policy. */
export type Precisions = Pick<Policy, 'param' | 'compute' | 'output'>;

/** Policies that have a short name. */
export const NAMED_POLICIES: Readonly<Record<string, Precisions>> = {
  mixed_float16: { param: 'float32', compute: 'float16', output: 'float32' },
  mixed_bfloat16: { param: 'float32', compute: 'bfloat16', output: 'float32' },
  float32: { param: 'float32', compute: 'float32', output: 'float32' },
  float16: { param: 'float16', compute: 'float16', output: 'float16' },
  bfloat16: { param: 'bfloat16', compute: 'bfloat16', output: 'bfloat16' },
};

/** The one name of three formats. */
export function nameOf({ param, compute, output }: Precisions): string {
  const named = Object.entries(NAMED_POLICIES).find(
    ([, known]) => known.param === param && known.compute === compute && known.output === output,
  );
  return named?.[0] ?? `param=${param},compute=${compute},output=${output}`;
}

const made = /* @__PURE__ */ new WeakSet<object>();

/** Whether a policy was built here, so that it needs no second check. */
export function isMade(policy: object): boolean {
  return made.has(policy);
}

/** Builds the frozen policy; overrides are in the order of their names, so that equal policies are equal strings. */
export function buildPolicy({ param, compute, output }: Precisions, ops: Readonly<Record<string, OpClass>>): Policy {
  const sorted = Object.fromEntries(
    Object.keys(ops)
      .sort()
      .map((kernel) => [kernel, ops[kernel] as OpClass]),
  );
  const policy = Object.freeze({ name: nameOf({ param, compute, output }), param, compute, output, ops: Object.freeze(sorted) });
  made.add(policy);
  return policy;
}
