import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../../backend.ts';
import type { KernelParams, OwnKernel, StockKernel } from '../elementwise/own-kernel.ts';
import { SOFTMAX_GRAD } from './kernel-names.ts';
import { recordRows, rowShape, wanted } from './row-record.ts';
import { softmaxGradRecipe } from './softmax-grad.ts';
import { softmaxRecipe } from './softmax.ts';

/** Softmax and log-softmax over the last axis, and the gradient of both. */
export function softmaxKernels(stock: StockKernel): OwnKernel[] {
  return [
    {
      kernelName: 'Softmax',
      kernelFunc: (params) => (params.inputs['logits']?.dtype === 'float32' ? forward(params, false) : stock('Softmax')(params)),
    },
    { kernelName: 'LogSoftmax', kernelFunc: (params) => forward(params, true) }, // tfjs's backend has none
    { kernelName: SOFTMAX_GRAD, kernelFunc: backward },
  ];
}

function forward({ inputs, backend }: KernelParams, log: boolean): TensorInfo {
  const x = inputs['logits'] as TensorInfo;
  const recipe = softmaxRecipe({ ...rowShape(x), log });
  const [y] = recordRows(backend as HalfBackend, recipe, [x], [{ shape: x.shape, dtype: 'float32' }]);
  return y as TensorInfo;
}

function backward({ inputs, backend, attrs }: KernelParams): TensorInfo {
  const [dy, y] = [inputs['dy'] as TensorInfo, inputs['y'] as TensorInfo];
  const half = backend as HalfBackend;
  const recipe = softmaxGradRecipe({ ...rowShape(y), log: attrs?.['log'] === true });
  const [dx] = recordRows(half, recipe, [dy, y], [{ shape: y.shape, dtype: 'float32', ...wanted(half, half.storageOf(y.dataId)) }]);
  return dx as TensorInfo;
}
