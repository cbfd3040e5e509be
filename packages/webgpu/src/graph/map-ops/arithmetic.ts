import type { MapOp } from '../map-op.ts';
import { row } from './row.ts';

/** Copies, int32 arithmetic, and ops of more than two operands. */
export const arithmeticOps: Readonly<Record<string, MapOp>> = {
  /** The operand itself, of another type if its tensor or the output is: casts, fills (of a scalar) and views are copies. */
  copy: row('f>f', (_, x) => x),
  'copy.i32': row('i>i', (_, x) => x),
  'copy.bool': row('b>b', (_, x) => x),
  'Add.i32': row('ii>i', (_, a, b) => `(${a} + ${b})`),
  'Maximum.i32': row('ii>i', (_, a, b) => `max(${a}, ${b})`),
  'Minimum.i32': row('ii>i', (_, a, b) => `min(${a}, ${b})`),
  'Multiply.i32': row('ii>i', (_, a, b) => `(${a} * ${b})`),
  'Neg.i32': row('i>i', (_, x) => `(-${x})`),
  'Sub.i32': row('ii>i', (_, a, b) => `(${a} - ${b})`),
  /** x, low, high. NaN stays. */
  ClipByValue: row('fff>f', ({ fn }, x, low, high) => `select(clamp(${x}, ${low}, ${high}), ${x}, ${fn('IsNan')}(${x}))`, ['IsNan']),
  /** x, mean, variance, offset, scale, epsilon; offset 0 and scale 1 where there are none. */
  FusedBatchNorm: row(
    'ffffff>f',
    (_, x, mean, variance, offset, scale, epsilon) => `((${x} - ${mean}) * (${scale} * inverseSqrt(${variance} + ${epsilon})) + ${offset})`,
  ),
};
