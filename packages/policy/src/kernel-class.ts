import { CUSTOM_PREFIX } from './kernel-name.ts';
import { kernelTable } from './kernel-table.ts';
import type { OpClass } from './op-class.ts';
import type { Policy } from './policy-value.ts';

/** The class of a kernel under a policy, with the reason. */
export interface KernelClass {
  readonly opClass: OpClass;
  /** Set where the result stays float32 whatever comes in. */
  readonly output?: 'float32';
  readonly why: string;
}

const UNKNOWN: KernelClass = { opClass: 'deny', why: 'the table does not know this kernel, so it stays float32' };
const FLOAT32: KernelClass = { opClass: 'deny', why: 'the policy computes in float32' };

/**
 * Looks up what a policy does with a kernel: the user's override first, then the row of the table for the policy's format.
 *
 * A kernel that nobody has judged stays float32. A policy that computes in float32 denies everything, overrides or not: there
 * is no half to allow.
 *
 * Pure and synchronous: two look-ups, for use on every kernel that runs. Takes policies from `policy` and `withOps` unchecked.
 *
 * @param policy - the policy in force
 * @param kernelName - tfjs's name of the kernel, for example `Conv2D`; a custom kernel without its prefix
 * @returns the class, `output: 'float32'` where the result stays float32, and the reason
 *
 * @example
 * kernelClass(policy('mixed_float16'), 'Exp').opClass; // 'deny'
 * kernelClass(policy('mixed_float16'), 'Conv2DBackpropFilter').output; // 'float32'
 * kernelClass(policy('mixed_float16'), 'MyKernel').opClass; // 'deny'
 */
export function kernelClass(policy: Policy, kernelName: string): KernelClass {
  const row = Object.hasOwn(kernelTable, kernelName) ? kernelTable[kernelName] : undefined;
  const half = policy.compute;
  if (half === 'float32') return row?.float16 === 'n/a' ? { opClass: 'n/a', why: row.why } : FLOAT32;
  const key = row === undefined ? CUSTOM_PREFIX + kernelName : kernelName;
  const override = Object.hasOwn(policy.ops, key) ? policy.ops[key] : undefined;
  const opClass = override ?? row?.[half];
  if (opClass === undefined) return UNKNOWN;
  const why = override === undefined ? (row?.why ?? '') : `the policy overrides the class of ${kernelName}`;
  return row?.output === undefined ? { opClass, why } : { opClass, output: row.output, why };
}
