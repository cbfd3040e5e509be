import type { FusedBatchNormAttrs, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { Session } from '../backend/session.ts';
import { dataTypes } from '../binding/data-types.ts';
import type { OpAttribute, TensorMetadata } from '../library/tfjs-binding.ts';

/** Batch norm whose input is half: FusedBatchNormV3 reads and writes half, and has its statistics in float32. */
export const BATCH_NORM_OP = 'FusedBatchNormV3';

type BatchNormInputs = Readonly<Record<'x' | 'mean' | 'variance', TensorInfo> & Partial<Record<'scale' | 'offset', TensorInfo | null>>>;

/**
 * tfjs-node runs version 1 of the op, which knows float32 alone. Where the policy wants half, version 3 takes its place;
 * everywhere else the stock kernel runs.
 *
 * Source: TensorFlow's `FusedBatchNormV3` (T: half, U: float), inference mode: the statistics are inputs.
 */
export function batchNormKernel(session: Session, stock: KernelFunc): KernelFunc {
  return (params) => {
    const { x, mean, variance, scale, offset } = params.inputs as unknown as BatchNormInputs;
    const { binding } = session;
    const { half } = binding.mode;
    const isVector = mean.shape.length === 1 && x.shape.length === 4;
    if (half === null || !isVector || !binding.supports(BATCH_NORM_OP, half)) return stock(params);
    const { varianceEpsilon } = params.attrs as unknown as FusedBatchNormAttrs;
    const depth = util.sizeFromShape(mean.shape);
    const temporary: number[] = [];
    try {
      const constant = (value: number): number => {
        const id = binding.createTensor([depth], dataTypes.float32, new Float32Array(depth).fill(value));
        temporary.push(id);
        return id;
      };
      const idOf = (info: TensorInfo | null | undefined, missing: number): number =>
        info === null || info === undefined ? constant(missing) : session.handleOf(info.dataId);
      const inputs = [session.handleOf(x.dataId), idOf(scale, 1), idOf(offset, 0), idOf(mean, 0), idOf(variance, 1)];
      const outputs = binding.executeOp(BATCH_NORM_OP, attributesOf(session, half, varianceEpsilon), inputs, 6);
      const [y, ...rest] = outputs as [TensorMetadata, ...TensorMetadata[]];
      for (const { id } of rest) binding.deleteTensor(id);
      return session.own(y.id, y.shape);
    } finally {
      for (const id of temporary) binding.deleteTensor(id);
    }
  };
}

/** Attributes of FusedBatchNormV3 and its gradient. */
export function attributesOf({ binding: { native } }: Session, half: 'float16' | 'bfloat16', epsilon: number): OpAttribute[] {
  return [
    { name: 'T', type: native.TF_ATTR_TYPE, value: dataTypes[half] },
    { name: 'U', type: native.TF_ATTR_TYPE, value: dataTypes.float32 },
    { name: 'epsilon', type: native.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: native.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: native.TF_ATTR_BOOL, value: false },
  ];
}
