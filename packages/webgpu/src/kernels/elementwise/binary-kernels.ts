import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { broadcastOperand } from './broadcast-view.ts';
import type { GraphBackend, OwnKernel, StockKernel } from './own-kernel.ts';
import { ownKernel } from './own-kernel.ts';

/** What a kernel of two tensors takes: names of its inputs, dtypes that both may have, and the dtype of its result. */
interface BinaryKernel {
  readonly inputs?: readonly [string, string];
  /** The row of the table for tensors of this dtype. */
  readonly rows: Readonly<Partial<Record<DataType, string>>>;
  /** The inputs' own unless given. */
  readonly output?: DataType;
}

const arithmetic = (op: string): BinaryKernel => ({ rows: { float32: op, int32: `${op}.i32` } });
const float = (op: string): BinaryKernel => ({ rows: { float32: op } });
const comparison = (op: string): BinaryKernel => ({ rows: { float32: op, int32: `${op}.i32`, bool: `${op}.i32` }, output: 'bool' });
const logical = (op: string): BinaryKernel => ({ rows: { bool: op }, output: 'bool' });

const KERNELS: Readonly<Record<string, BinaryKernel>> = {
  Add: arithmetic('Add'),
  Atan2: float('Atan2'),
  EluGrad: { ...float('EluGrad'), inputs: ['dy', 'y'] },
  Equal: comparison('Equal'),
  FloorDiv: { ...float('FloorDiv'), output: 'int32' },
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessEqual'),
  LogicalAnd: logical('LogicalAnd'),
  LogicalOr: logical('LogicalOr'),
  Maximum: arithmetic('Maximum'),
  Minimum: arithmetic('Minimum'),
  Mod: float('Mod'),
  Multiply: arithmetic('Multiply'),
  NotEqual: comparison('NotEqual'),
  Pow: float('Pow'),
  Prelu: { ...float('Prelu'), inputs: ['x', 'alpha'] },
  RealDiv: float('RealDiv'),
  SquaredDifference: float('SquaredDifference'),
  Sub: arithmetic('Sub'),
};

/** Elementwise kernels of two tensors, broadcast as numpy does. Tensors of two dtypes are left to tfjs. */
export function binaryKernels(stock: StockKernel): OwnKernel[] {
  return Object.entries(KERNELS).map(([kernelName, kernel]) =>
    ownKernel(kernelName, stock, ({ inputs }, backend) => {
      const [a, b] = (kernel.inputs ?? ['a', 'b']).map((name) => inputs[name] as TensorInfo) as [TensorInfo, TensorInfo];
      return recordBinary(kernel, a, b, backend);
    }),
  );
}

function recordBinary({ rows, output }: BinaryKernel, a: TensorInfo, b: TensorInfo, backend: GraphBackend): TensorInfo | null {
  const op = a.dtype === b.dtype ? rows[a.dtype] : undefined;
  if (op === undefined) return null;
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  return backend.recordMap({
    op,
    operands: [broadcastOperand(a, shape), broadcastOperand(b, shape)],
    output: { shape, dtype: output ?? a.dtype },
  });
}
