import type { HalfPrecision, OpClass, Policy } from '@halftone/policy';
import { kernelClass } from '@halftone/policy';
import type { Storage } from './plugin.ts';

/** One float input of a kernel, as far as the decision needs it. */
export interface Operand {
  readonly storage: Storage;
  /** Number of elements. */
  readonly size: number;
  readonly rank: number;
  /** Whether it is a `tf.Variable`, or was made from nothing but variables. */
  readonly variable: boolean;
  /** Whether it holds nothing but 0 and 1, which every format has exactly: a boolean cast to float32. */
  readonly mask?: boolean;
  /** The value of a one-element operand where the host knows it. */
  readonly value?: number | undefined;
}

/** What a kernel may do with its output. */
export interface Choice {
  readonly opClass: OpClass;
  /** The storage of float outputs that are large enough, or `null` for float32. */
  readonly half: HalfPrecision | null;
  /** Everything half, however small and whatever the class: the policy keeps even its parameters in half. */
  readonly forced: boolean;
  /** A short phrase for people. */
  readonly why: string;
}

/** Outputs with fewer elements stay float32: nothing is gained there, and statistics and losses live there. */
export const TINY_SIZE = 256;

/** The magnitudes that a format keeps: nothing beyond `to`, and nothing up to `from`, which rounds to zero. */
const RANGE: Readonly<Record<HalfPrecision, { readonly from: number; readonly to: number }>> = {
  float16: { from: 2 ** -25, to: 65504 },
  bfloat16: { from: 2 ** -134, to: 3.3895313892515355e38 },
};

const choice = (opClass: OpClass, half: HalfPrecision | null, why: string): Choice => ({ opClass, half, forced: false, why });

/** The half format in which all of these are stored, or `null` when they differ or one is float32. */
function commonHalf(operands: readonly Operand[]): HalfPrecision | null {
  const first = operands[0]?.storage;
  if (first === undefined || first === 'float32') return null;
  return operands.every((operand) => operand.storage === first) ? first : null;
}

/**
 * Numbers that follow the activation instead of widening it: scalars, masks, and parameters that are broadcast. A
 * parameter as large as the result is state (an optimizer's update, a weight decay): a real float32 operand.
 */
function isWeak(operand: Operand, largest: number): boolean {
  return operand.size === 1 || operand.mask === true || (operand.variable && operand.size < largest);
}

function fits(magnitude: number, format: HalfPrecision): boolean {
  const { from, to } = RANGE[format];
  return magnitude === 0 || (magnitude > from && magnitude <= to);
}

function promote(opClass: OpClass, operands: readonly Operand[]): Choice {
  const largest = operands.reduce((size, operand) => Math.max(size, operand.size), 0);
  const real = operands.filter((operand) => !isWeak(operand, largest));
  const half: HalfPrecision | null = commonHalf(real);
  if (half === null) return choice(opClass, null, real.length === 0 ? 'nothing but weak inputs' : 'a real input is float32');
  const misfit = operands.find(({ value }) => value !== undefined && Number.isFinite(value) && !fits(Math.abs(value), half));
  if (misfit !== undefined) return choice(opClass, null, `the constant ${misfit.value} does not fit ${half}`);
  return choice(opClass, half, `every real input is ${half}`);
}

function followLargest(opClass: OpClass, operands: readonly Operand[]): Choice {
  const main = operands.reduce((a, b) => (b.size > a.size ? b : a));
  return main.storage === 'float32'
    ? choice(opClass, null, 'its input is float32')
    : choice(opClass, main.storage, `its input is ${main.storage}`);
}

/**
 * Decides how one kernel stores its float output.
 *
 * The class comes from the policy's table; this function applies it to the inputs at hand. Weak operands (scalars and
 * broadcast parameters) follow the activation, as Python numbers do in PyTorch. A constant that does not fit the format
 * (a mask of -1e9, an epsilon of 1e-12) keeps the result in float32 instead of becoming infinite or nothing.
 *
 * Pure and synchronous: reads no tensor.
 *
 * @param policy - the policy in force, or `null` outside of every scope
 * @param kernelName - tfjs's name of the kernel, for example `Conv2D`
 * @param operands - its float inputs in order
 * @returns the class, the half format or `null` for float32, and the reason
 *
 * @example
 * decide(null, 'Relu', []).half; // null
 */
export function decide(policy: Policy | null, kernelName: string, operands: readonly Operand[]): Choice {
  if (policy === null) return choice('n/a', null, 'no policy is in force');
  if (policy.param !== 'float32')
    return { opClass: 'pass', half: policy.param, forced: true, why: `${policy.name}: everything is ${policy.param}` };
  if (policy.compute === 'float32') return choice('n/a', null, `the policy ${policy.name} computes in float32`);
  const row = kernelClass(policy, kernelName);
  if (operands.length === 0) return choice(row.opClass, null, 'it has no float input');
  if (row.output === 'float32') return choice(row.opClass, null, row.why);
  switch (row.opClass) {
    case 'allow':
      return choice('allow', policy.compute, row.why);
    case 'deny':
    case 'n/a':
      return choice(row.opClass, null, row.why);
    case 'promote':
      return promote('promote', operands);
    case 'f32-inner':
    case 'pass':
      return followLargest(row.opClass, operands);
    default:
      return row.opClass satisfies never;
  }
}
