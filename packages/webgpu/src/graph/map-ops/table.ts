import type { MapOp } from '../map-op.ts';
import { activationOps } from './activations.ts';
import { arithmeticOps } from './arithmetic.ts';
import { binaryOps } from './binary.ts';
import { comparisonOps } from './comparisons.ts';
import { unaryOps } from './unary.ts';

/**
 * Every elementwise op, by the name that a map request gives: tfjs's kernel name for float32 (or bool), with `.i32` for
 * int32, and `copy`.
 *
 * An operand whose tensor has another dtype than the row's argument is converted (`convertValue`), and so is the result
 * on its way to an output of another dtype.
 */
export const mapOps: Readonly<Record<string, MapOp>> = { ...unaryOps, ...activationOps, ...binaryOps, ...comparisonOps, ...arithmeticOps };
