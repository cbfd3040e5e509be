import type { MapOp } from '../map-op.ts';
import { callRow, row } from './row.ts';

/** Elementwise functions of two float32 tensors; NaN in either one gives NaN. */
export const binaryOps: Readonly<Record<string, MapOp>> = {
  Add: row('ff>f', (_, a, b) => `(${a} + ${b})`),
  Atan2: row('ff>f', ({ fn }, a, b) => `select(atan2(${a}, ${b}), ${fn('Nan')}(${a}), ${fn('Unordered')}(${a}, ${b}))`, [
    'Nan',
    'Unordered',
  ]),
  /** dy, y: the derivative of elu by its value. */
  EluGrad: row('ff>f', ({ f }, dy, y) => `select(${dy} * (${y} + 1.0), ${dy}, ${y} >= ${f('0.0')})`),
  /** The result is whole but a float: stored as int32. */
  FloorDiv: callRow('ff>f', 'FloorDiv'),
  Maximum: row('ff>f', ({ fn }, a, b) => `select(max(${a}, ${b}), ${fn('Nan')}(${a}), ${fn('Unordered')}(${a}, ${b}))`, [
    'Nan',
    'Unordered',
  ]),
  Minimum: row('ff>f', ({ fn }, a, b) => `select(min(${a}, ${b}), ${fn('Nan')}(${a}), ${fn('Unordered')}(${a}, ${b}))`, [
    'Nan',
    'Unordered',
  ]),
  Mod: callRow('ff>f', 'Mod'),
  Multiply: row('ff>f', (_, a, b) => `(${a} * ${b})`),
  Pow: callRow('ff>f', 'Pow'),
  Prelu: row('ff>f', ({ f }, x, alpha) => `select(${x}, ${alpha} * ${x}, ${x} < ${f('0.0')})`),
  RealDiv: row('ff>f', (_, a, b) => `(${a} / ${b})`),
  SquaredDifference: row('ff>f', (_, a, b) => `((${a} - ${b}) * (${a} - ${b}))`),
  Sub: row('ff>f', (_, a, b) => `(${a} - ${b})`),
};
