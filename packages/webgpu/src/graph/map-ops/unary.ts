import type { MapOp } from '../map-op.ts';
import { callRow, row } from './row.ts';
import type { Words } from './words.ts';

/** A function that has no value where a test holds, nor for NaN. */
const nanWhere = (test: (w: Words, x: string) => string, value: (x: string) => string): MapOp =>
  row('f>f', (w, x = '') => `select(${value(x)}, ${w.fn('Nan')}(${x}), (${test(w, x)}) | ${w.fn('IsNan')}(${x}))`, ['Nan', 'IsNan']);

/** Elementwise functions of one float32 tensor. Where tfjs's own kernel promises NaN, so do these. */
export const unaryOps: Readonly<Record<string, MapOp>> = {
  Abs: row('f>f', (_, x) => `abs(${x})`),
  Acos: nanWhere(
    ({ f }, x) => `abs(${x}) > ${f('1.0')}`,
    (x) => `acos(${x})`,
  ),
  Acosh: nanWhere(
    ({ f }, x) => `${x} < ${f('1.0')}`,
    (x) => `acosh(${x})`,
  ),
  Asin: nanWhere(
    ({ f }, x) => `abs(${x}) > ${f('1.0')}`,
    (x) => `asin(${x})`,
  ),
  Asinh: row('f>f', (_, x) => `asinh(${x})`),
  Atan: row('f>f', ({ fn }, x) => `select(atan(${x}), ${x}, ${fn('IsNan')}(${x}))`, ['IsNan']),
  Atanh: callRow('f>f', 'Atanh'),
  Ceil: row('f>f', (_, x) => `ceil(${x})`),
  Cos: row('f>f', (_, x) => `cos(${x})`),
  Cosh: callRow('f>f', 'Cosh'),
  Erf: callRow('f>f', 'Erf'),
  Exp: row('f>f', (_, x) => `exp(${x})`),
  Expm1: row('f>f', (_, x) => `(exp(${x}) - 1.0)`),
  Floor: row('f>f', (_, x) => `floor(${x})`),
  IsFinite: row('f>b', ({ U, u }, x) => `((bitcast<${U}>(${x}) & ${u('0x7f800000u')}) != ${u('0x7f800000u')})`),
  IsInf: row('f>b', ({ U, u }, x) => `((bitcast<${U}>(${x}) & ${u('0x7fffffffu')}) == ${u('0x7f800000u')})`),
  IsNan: callRow('f>b', 'IsNan'),
  Log: nanWhere(
    ({ f }, x) => `${x} < ${f('0.0')}`,
    (x) => `log(${x})`,
  ),
  Log1p: nanWhere(
    ({ f }, x) => `${x} < ${f('-1.0')}`,
    (x) => `log(1.0 + ${x})`,
  ),
  LogicalNot: row('b>b', (_, x) => `(!${x})`),
  Neg: row('f>f', (_, x) => `(-${x})`),
  Reciprocal: row('f>f', ({ f }, x) => `(${f('1.0')} / ${x})`),
  Round: row('f>f', (_, x) => `round(${x})`),
  Rsqrt: row('f>f', (_, x) => `inverseSqrt(${x})`),
  /** 0 for NaN, as tfjs's specs ask. */
  Sign: row('f>f', ({ f, fn }, x) => `select(sign(${x}), ${f('0.0')}, ${fn('IsNan')}(${x}))`, ['IsNan']),
  Sin: row('f>f', (_, x) => `sin(${x})`),
  Sinh: callRow('f>f', 'Sinh'),
  Sqrt: row('f>f', (_, x) => `sqrt(${x})`),
  Square: row('f>f', (_, x) => `(${x} * ${x})`),
  Tan: row('f>f', (_, x) => `tan(${x})`),
  Tanh: callRow('f>f', 'Tanh'),
};
