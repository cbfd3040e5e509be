import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../../backend.ts';
import type { KernelParams, OwnKernel } from '../elementwise/own-kernel.ts';
import type { CrossEntropyWish } from './cross-entropy-grad.ts';
import { crossEntropyGradRecipe } from './cross-entropy-grad.ts';
import type { CrossEntropyShape } from './cross-entropy.ts';
import { crossEntropyRecipe } from './cross-entropy.ts';
import { CROSS_ENTROPY, CROSS_ENTROPY_GRAD } from './kernel-names.ts';
import { recordRows, rowShape, wanted } from './row-record.ts';

/** Softmax cross-entropy of [rows, classes] and its gradients. Losses are float32, gradients are stored as the logits are. */
export function crossEntropyKernels(): OwnKernel[] {
  return [
    { kernelName: CROSS_ENTROPY, kernelFunc: forward },
    { kernelName: CROSS_ENTROPY_GRAD, kernelFunc: backward },
  ];
}

function shapeOf({ inputs, attrs }: KernelParams): CrossEntropyShape {
  const labels = inputs['labels']?.dtype === 'int32' ? 'index' : 'dense';
  return { ...rowShape(inputs['logits'] as TensorInfo), labels, ignoreIndex: Number(attrs?.['ignoreIndex'] ?? -1) };
}

function forward(params: KernelParams): TensorInfo[] {
  const backend = params.backend as HalfBackend;
  const shape = shapeOf(params);
  const perRow = { shape: [shape.rows], dtype: 'float32', ...wanted(backend, 'float32') } as const;
  return recordRows(
    backend,
    crossEntropyRecipe(shape),
    [params.inputs['logits'] as TensorInfo, params.inputs['labels'] as TensorInfo],
    [perRow, perRow],
  );
}

function backward(params: KernelParams): TensorInfo {
  const backend = params.backend as HalfBackend;
  const [dy, logits, labels, logSum] = ['dy', 'logits', 'labels', 'logSum'].map((name) => params.inputs[name] as TensorInfo) as [
    TensorInfo,
    TensorInfo,
    TensorInfo,
    TensorInfo,
  ];
  const recipe = crossEntropyGradRecipe(shapeOf(params), params.attrs?.['wish'] as CrossEntropyWish);
  const output = { shape: logits.shape, dtype: 'float32', ...wanted(backend, backend.storageOf(logits.dataId)) } as const;
  const [result] = recordRows(backend, recipe, [dy, logits, labels, logSum], [output]);
  return result as TensorInfo;
}
