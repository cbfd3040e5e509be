import * as tf from '@tensorflow/tfjs-core';

/** Numbers at which elementwise functions have something special to say. */
export const SPECIAL: readonly number[] = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  3,
  -2.5,
  1e-30,
  -1e-30,
  1e30,
  -1e30,
  88,
  -104,
  65504,
  1.5,
];

type Op = (...args: tf.Tensor[]) => tf.Tensor;

/** One row of the table as tfjs's users reach it. */
export interface RowCase {
  /** Name of the row. */
  readonly row: string;
  readonly op: Op;
  /** dtypes of the arguments: `f`, `i` or `b` for each. */
  readonly args: string;
  /** How far from stock the result may be: 0 is the same bits. */
  readonly ulps: number;
  /** Arguments at which stock's own two shaders disagree, or its promise depends on the device; what JavaScript says is then right. */
  readonly except?: (...args: number[]) => boolean;
  readonly exact?: (...args: number[]) => number;
  /** What is left of 1 minus a number near 1: its error is that of numbers near 1. */
  readonly cancels?: boolean;
  /** Arguments whose result passes through an infinity, which a device may assume that there is not. */
  readonly infinite?: (...args: number[]) => boolean;
}

const run =
  (kernelName: string, names: readonly string[]): Op =>
  (...args) =>
    tf.engine().runKernel(kernelName, Object.fromEntries(names.map((name, k) => [name, args[k] as tf.Tensor]))) as unknown as tf.Tensor;
const f = (row: string, op: unknown, ulps: number, more: Partial<RowCase> = {}): RowCase => ({
  row,
  op: op as Op,
  args: 'f',
  ulps,
  ...more,
});
const ff = (row: string, op: unknown, ulps: number, more: Partial<RowCase> = {}): RowCase => f(row, op, ulps, { args: 'ff', ...more });
const ii = (row: string, op: unknown): RowCase => ff(row, op, 0, { args: 'ii' });

/** Every row of the table of elementwise ops. */
export const CASES: readonly RowCase[] = [
  ...(['Abs', 'Ceil', 'Floor', 'Neg', 'Reciprocal', 'Relu', 'Round', 'Sign', 'Sqrt', 'Square'] as const).map((row) =>
    f(row, run(row, ['x']), 0),
  ),
  ...(['Acos', 'Asin', 'Asinh', 'Atan', 'Cos', 'Cosh', 'Elu', 'Exp', 'Expm1'] as const).map((row) => f(row, run(row, ['x']), 2)),
  f('Erf', tf.erf, 2, { cancels: true }),
  // outside of its domain and for NaN, stock's logarithm is what the driver's is: 89.1 for NaN on SwiftShader
  f('Acosh', tf.acosh, 2, { except: (x) => !(x >= 1), exact: Math.acosh }),
  f('Atanh', tf.atanh, 2, { except: (x) => !(Math.abs(x) <= 1), exact: Math.atanh }),
  f('Log', tf.log, 2, { except: (x) => !(x >= 0), exact: Math.log }),
  f('Log1p', tf.log1p, 2, { except: (x) => !(x >= -1), exact: Math.log1p }),
  ...(['Rsqrt', 'Selu', 'Sigmoid', 'Sin', 'Sinh', 'Softplus', 'Tan', 'Tanh'] as const).map((row) => f(row, run(row, ['x']), 2)),
  ...(['IsFinite', 'IsInf', 'IsNan'] as const).map((row) => f(row, run(row, ['x']), 0)),
  f('Relu6', tf.relu6, 0, { except: Number.isNaN, exact: () => NaN }),
  f('LeakyRelu', (x: tf.Tensor) => tf.leakyRelu(x, 0.3), 0),
  f('Step', (x: tf.Tensor) => tf.step(x, 0.25), 0),
  f('ClipByValue', (x: tf.Tensor) => tf.clipByValue(x, -1.25, 2.5), 0),
  f('copy', (x: tf.Tensor) => tf.fill(x.shape, 0.3), 0),
  f('copy.i32', (x: tf.Tensor) => tf.fill(x.shape, 7, 'int32'), 0),
  f('copy.bool', (x: tf.Tensor) => tf.cast(x, 'bool'), 0),
  f('LogicalNot', tf.logicalNot, 0, { args: 'b' }),
  f('Neg.i32', tf.neg, 0, { args: 'i' }),
  ...(['Add', 'Maximum', 'Minimum', 'Mod', 'Multiply', 'RealDiv', 'SquaredDifference', 'Sub', 'FloorDiv'] as const).map((row) =>
    ff(row, run(row, ['a', 'b']), 0),
  ),
  ...(['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'] as const).map((row) => ff(row, run(row, ['a', 'b']), 0)),
  ff('Atan2', tf.atan2, 2),
  // stock asks y >= y - y, which no infinite y is, unless the compiler takes infinities away
  ff('EluGrad', run('EluGrad', ['dy', 'y']), 0, { except: (_dy, y) => y === Infinity, exact: (dy) => dy }),
  // stock's wide shader adds 0 times the branch not taken, which makes NaN of an infinite one and 0 of -0
  ff('Prelu', tf.prelu, 0, {
    except: (x, alpha) => x === 0 || !Number.isFinite(Math.fround(x * alpha)),
    exact: (x, alpha) => (x < 0 ? alpha * x : x),
  }),
  ff('Pow', tf.pow, 2, {
    except: (a, b) => b === 0 || (a < 0 && Math.abs(b) === Infinity) || a === 0,
    exact: (a, b) => (a === 0 ? 0 : a) ** b,
    infinite: (a, b) => a === 0 || Math.abs(b) === Infinity,
  }),
  ...(['Add', 'Maximum', 'Minimum', 'Multiply', 'Sub'] as const).map((row) => ii(`${row}.i32`, run(row, ['a', 'b']))),
  ...(['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'] as const).map((row) => ii(`${row}.i32`, run(row, ['a', 'b']))),
  ff('LogicalAnd', tf.logicalAnd, 0, { args: 'bb' }),
  ff('LogicalOr', tf.logicalOr, 0, { args: 'bb' }),
  ff('Select', tf.where, 0, { args: 'bff' }),
  ff('Select.i32', tf.where, 0, { args: 'bii' }),
];
