import type { MapOp } from '../map-op.ts';
import { callRow, row } from './row.ts';

/** Activation functions; the second argument of `LeakyRelu` and `Step` is their alpha. NaN goes through all of them. */
export const activationOps: Readonly<Record<string, MapOp>> = {
  Elu: row('f>f', ({ f }, x) => `select(exp(${x}) - 1.0, ${x}, ${x} >= ${f('0.0')})`),
  LeakyRelu: row('ff>f', ({ f }, x, alpha) => `select(${x}, ${alpha} * ${x}, ${x} < ${f('0.0')})`),
  Relu: row('f>f', ({ f }, x) => `select(${x}, ${f('0.0')}, ${x} < ${f('0.0')})`),
  Relu6: row('f>f', ({ f, fn }, x) => `select(clamp(${x}, ${f('0.0')}, ${f('6.0')}), ${x}, ${fn('IsNan')}(${x}))`, ['IsNan']),
  /** Klambauer et al. 2017: scale and scale x alpha at which the mean 0 and the variance 1 are a fixed point. */
  Selu: row('f>f', ({ f }, x) => `select(1.7580993408473769 * (exp(${x}) - 1.0), 1.0507009873554805 * ${x}, ${x} >= ${f('0.0')})`),
  Sigmoid: row('f>f', ({ f }, x) => `(${f('1.0')} / (1.0 + exp(-${x})))`),
  Softplus: callRow('f>f', 'Softplus'),
  Step: row('ff>f', ({ f, fn }, x, alpha) => `select(select(${alpha}, ${f('1.0')}, ${x} > ${f('0.0')}), ${x}, ${fn('IsNan')}(${x}))`, [
    'IsNan',
  ]),
};
