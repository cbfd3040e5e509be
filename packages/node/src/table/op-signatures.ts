import { arrays } from './signatures/arrays.ts';
import { binary } from './signatures/binary.ts';
import { products } from './signatures/products.ts';
import { reductions } from './signatures/reductions.ts';
import { resources } from './signatures/resources.ts';
import { types } from './signatures/types.ts';
import { unary } from './signatures/unary.ts';
import { windows } from './signatures/windows.ts';

/** The 16-bit formats of a row: half, bfloat16, both or none. */
export type Halves = 'HB' | 'H' | 'B' | '';

/** One input of a TensorFlow op. */
export interface InputSignature {
  /** Name of the attribute that holds its type; '' where the type is fixed. */
  readonly type: string;
  /** A list: so many inputs of that one type (`number`), or a list of types (`types`). */
  readonly list?: 'number' | 'types';
}

/** What TensorFlow's definition of an op (OpDef) says about the types of its inputs. */
export interface OpSignature {
  readonly inputs: readonly InputSignature[];
  /** By type attribute, the 16-bit formats that it may be; an attribute that is not listed may be any type. */
  readonly types: Readonly<Record<string, Halves>>;
}

/**
 * The ops that tfjs-node's kernels or this plug-in execute, by TensorFlow's names. An own property for each, nothing else.
 *
 * From the OpList of TensorFlow 2.21; the same in 2.9 and 2.14 for these ops but for the type of TopKV2's `k`.
 */
export const opSignatures: Readonly<Record<string, OpSignature>> = {
  ...products,
  ...windows,
  ...reductions,
  ...unary,
  ...binary,
  ...arrays,
  ...types,
  ...resources,
};
