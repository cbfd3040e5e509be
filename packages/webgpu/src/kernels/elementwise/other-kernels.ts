import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { MapOperand } from '../../graph/record.ts';
import { stridesOf } from '../../graph/view.ts';
import { broadcastOperand } from './broadcast-view.ts';
import type { OwnKernel, RecordKernel, StockKernel } from './own-kernel.ts';
import { ownKernel } from './own-kernel.ts';

/** The copy that makes a tensor of this dtype. */
export const copyRows: Readonly<Partial<Record<DataType, string>>> = { float32: 'copy', int32: 'copy.i32', bool: 'copy.bool' };

/** Elementwise kernels of none, three or more tensors, and casts. */
export function otherKernels(stock: StockKernel): OwnKernel[] {
  return [
    ownKernel('AddN', stock, recordAddN),
    ownKernel('Cast', stock, recordCast),
    ownKernel('Fill', stock, ({ attrs }, backend) => {
      const { shape, value, dtype } = attrs as unknown as { shape: number[]; value: number | string; dtype?: DataType };
      return recordFill(backend, shape, dtype ?? util.inferDtype(value), value);
    }),
    ownKernel('FusedBatchNorm', stock, recordBatchNorm),
    ownKernel('OnesLike', stock, ({ inputs }, backend) =>
      recordFill(backend, inputs['x']?.shape ?? [], inputs['x']?.dtype ?? 'float32', 1),
    ),
    ownKernel('Select', stock, recordSelect),
    ownKernel('ZerosLike', stock, ({ inputs }, backend) =>
      recordFill(backend, inputs['x']?.shape ?? [], inputs['x']?.dtype ?? 'float32', 0),
    ),
  ];
}

/** A chain of sums; what lies between is never rounded to half. */
const recordAddN: RecordKernel = ({ inputs }, backend) => {
  const tensors = inputs as unknown as readonly TensorInfo[];
  if (tensors.length < 2 || tensors.some(({ dtype }) => dtype !== 'float32')) return null;
  const [first, ...rest] = tensors as readonly [TensorInfo, ...TensorInfo[]];
  const { shape } = first;
  return rest.reduce((sum, tensor, index) => {
    const last = index === rest.length - 1;
    const output = { shape, dtype: 'float32' as const, ...(last ? {} : { storage: 'float32' as const }) };
    const next = backend.recordMap({ op: 'Add', operands: [{ input: sum }, { input: tensor }], output });
    if (index > 0) backend.disposeData(sum.dataId);
    return next;
  }, first);
};

/** Casts that tfjs does by sharing the data stay so, except to float32: there a float32 tensor is better than an alias. */
const recordCast: RecordKernel = ({ inputs, attrs }, backend) => {
  const x = inputs['x'] as TensorInfo;
  const { dtype } = attrs as unknown as { dtype: DataType };
  const op = copyRows[dtype];
  if (op === undefined || x.dtype === dtype || (x.dtype === 'bool' && dtype === 'int32')) return null;
  return backend.recordMap({ op, operands: [{ input: x }], output: { shape: x.shape, dtype } });
};

function recordFill(
  backend: Parameters<RecordKernel>[1],
  shape: readonly number[],
  dtype: DataType,
  value: number | string,
): TensorInfo | null {
  const op = dtype === 'bool' ? 'copy.i32' : copyRows[dtype];
  if (op === undefined || typeof value === 'string' || util.sizeFromShape([...shape]) === 0) return null;
  return backend.recordMap({ op, operands: [{ scalar: Number(value) }], output: { shape, dtype } });
}

/** (x - mean) * (scale * rsqrt(variance + epsilon)) + offset, statistics broadcast from the last dimension on. */
const recordBatchNorm: RecordKernel = ({ inputs, attrs }, backend) => {
  const { x, mean, variance, offset, scale } = inputs as Readonly<Record<string, TensorInfo | null | undefined>>;
  if (!x || !mean || !variance) return null;
  const statistics = [mean, variance, offset, scale].filter((input) => input !== undefined && input !== null);
  const { shape } = x;
  if ([x, ...statistics].some(({ dtype }) => dtype !== 'float32') || statistics.some((input) => !spreadsTo(input.shape, shape)))
    return null;
  const or = (input: TensorInfo | null | undefined, scalar: number): MapOperand => (input ? broadcastOperand(input, shape) : { scalar });
  const epsilon = { scalar: Number(attrs?.['varianceEpsilon'] ?? 0.001) };
  const operands = [{ input: x }, or(mean, 0), or(variance, 1), or(offset, 0), or(scale, 1), epsilon];
  return backend.recordMap({ op: 'FusedBatchNorm', operands, output: { shape, dtype: 'float32' } });
};

/**
 * The condition has the shape of the others, or that of their leading dimensions. With the attribute `elseIsBefore`, `e` is
 * what a variable held before a step: it holds it still if the step cannot be taken.
 */
const recordSelect: RecordKernel = ({ inputs, attrs }, backend) => {
  const { condition, t, e } = inputs as Readonly<Record<string, TensorInfo>>;
  if (!condition || !t || !e || condition.dtype !== 'bool' || t.dtype !== e.dtype) return null;
  const { shape, dtype } = t;
  if (copyRows[dtype] === undefined || condition.shape.some((length, axis) => length !== shape[axis])) return null;
  const own = stridesOf(condition.shape);
  const whole = condition.shape.length === shape.length;
  const operand: MapOperand = whole
    ? { input: condition }
    : { input: condition, view: { offset: 0, strides: shape.map((_, axis) => own[axis] ?? 0) } };
  return backend.recordMap({
    op: dtype === 'float32' ? 'Select' : 'Select.i32',
    operands: [operand, { input: t }, { input: e }],
    output: { shape, dtype },
    ...(attrs?.['elseIsBefore'] === true ? { before: 2 } : {}),
  });
};

function spreadsTo(from: readonly number[], to: readonly number[]): boolean {
  const missing = to.length - from.length;
  return missing >= 0 && from.every((length, axis) => length === 1 || length === to[axis + missing]);
}
