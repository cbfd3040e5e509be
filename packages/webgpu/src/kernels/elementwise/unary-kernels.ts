import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { OwnKernel, RecordKernel, StockKernel } from './own-kernel.ts';
import { ownKernel } from './own-kernel.ts';

/** Kernels of one float32 tensor `x` whose result is float32. */
const FLOAT: readonly string[] =
  `Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Expm1 Floor Log Log1p Neg Reciprocal Relu Relu6 Round Rsqrt
  Selu Sigmoid Sign Sin Sinh Softplus Sqrt Square Tan Tanh`.split(/\s+/);

const TESTS: readonly string[] = ['IsFinite', 'IsInf', 'IsNan'];

/** Kernels with numbers among their attributes, which become operands behind `x`. */
const WITH_NUMBERS: Readonly<Record<string, readonly string[]>> = {
  ClipByValue: ['clipValueMin', 'clipValueMax'],
  LeakyRelu: ['alpha'],
  Step: ['alpha'],
};

/** Elementwise kernels of one tensor. */
export function unaryKernels(stock: StockKernel): OwnKernel[] {
  return [
    ...FLOAT.map((kernelName) => ownKernel(kernelName, stock, recordUnary(kernelName, kernelName === 'Neg'))),
    ...TESTS.map((kernelName) => ownKernel(kernelName, stock, recordTest(kernelName, 'float32'))),
    ownKernel('LogicalNot', stock, recordTest('LogicalNot', 'bool')),
    ...Object.entries(WITH_NUMBERS).map(([kernelName, names]) => ownKernel(kernelName, stock, recordWithNumbers(kernelName, names))),
  ];
}

function recordUnary(op: string, int32: boolean): RecordKernel {
  return ({ inputs }, backend) => {
    const x = inputs['x'] as TensorInfo;
    const { shape, dtype } = x;
    if (dtype !== 'float32' && !(int32 && dtype === 'int32')) return null;
    return backend.recordMap({ op: dtype === 'int32' ? `${op}.i32` : op, operands: [{ input: x }], output: { shape, dtype } });
  };
}

function recordTest(op: string, wanted: 'float32' | 'bool'): RecordKernel {
  return ({ inputs }, backend) => {
    const x = inputs['x'] as TensorInfo;
    return x.dtype === wanted ? backend.recordMap({ op, operands: [{ input: x }], output: { shape: x.shape, dtype: 'bool' } }) : null;
  };
}

function recordWithNumbers(op: string, names: readonly string[]): RecordKernel {
  return ({ inputs, attrs }, backend) => {
    const x = inputs['x'] as TensorInfo;
    if (x.dtype !== 'float32') return null;
    const scalars = names.map((name) => ({ scalar: Number(attrs?.[name] ?? 0) }));
    return backend.recordMap({ op, operands: [{ input: x }, ...scalars], output: { shape: x.shape, dtype: 'float32' } });
  };
}
