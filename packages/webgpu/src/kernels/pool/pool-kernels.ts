import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util, util } from '@tensorflow/tfjs-core';
import type { Recorder } from '../../graph/record.ts';
import type { KernelParams, OwnKernel, StockKernel } from '../elementwise/own-kernel.ts';
import type { KernelRecipe } from '../kernel-source.ts';
import { avgPoolGradRecipe } from './avg-pool-grad.ts';
import { maxPoolGradRecipe } from './max-pool-grad.ts';
import { poolShape } from './pool-shape.ts';
import type { PoolKind } from './pool.ts';
import { poolRecipe } from './pool.ts';

/** Pooling and its gradients. What is not float32, and pooling that changes nothing, is left to tfjs. */
export function poolKernels(stock: StockKernel): OwnKernel[] {
  return [forward('MaxPool', 'max', stock), forward('AvgPool', 'avg', stock), maxPoolGrad(stock), avgPoolGrad(stock)];
}

function forward(kernelName: string, kind: PoolKind, stock: StockKernel): OwnKernel {
  return {
    kernelName,
    kernelFunc: (params) => {
      const x = params.inputs['x'] as TensorInfo;
      const info = poolInfo(x, params.attrs);
      const same = info.filterHeight === 1 && info.filterWidth === 1 && util.arraysEqual(info.inShape, info.outShape);
      if (same || unfit([x], info)) return stock(kernelName)(params);
      return record(params, poolRecipe(kind, poolShape(info)), [x], info.outShape);
    },
  };
}

function maxPoolGrad(stock: StockKernel): OwnKernel {
  return {
    kernelName: 'MaxPoolGrad',
    kernelFunc: (params) => {
      const [dy, x] = [params.inputs['dy'] as TensorInfo, params.inputs['input'] as TensorInfo];
      const info = poolInfo(x, params.attrs);
      if (unfit([dy, x], info)) return stock('MaxPoolGrad')(params);
      return record(params, maxPoolGradRecipe(poolShape(info)), [dy, x], info.inShape);
    },
  };
}

function avgPoolGrad(stock: StockKernel): OwnKernel {
  return {
    kernelName: 'AvgPoolGrad',
    kernelFunc: (params) => {
      const [dy, x] = [params.inputs['dy'] as TensorInfo, params.inputs['input'] as TensorInfo];
      const info = poolInfo(x, params.attrs);
      if (unfit([dy, x], info)) return stock('AvgPoolGrad')(params);
      return record(params, avgPoolGradRecipe(poolShape(info)), [dy], info.inShape);
    },
  };
}

type PoolAttrs = Parameters<typeof backend_util.computePool2DInfo>;

function poolInfo(x: TensorInfo, attrs: NamedAttrMap | undefined): backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as {
    filterSize: PoolAttrs[1];
    strides: PoolAttrs[2];
    pad: PoolAttrs[4];
    dimRoundingMode?: PoolAttrs[5];
  };
  return backend_util.computePool2DInfo(x.shape as PoolAttrs[0], filterSize, strides, 1, pad, dimRoundingMode);
}

function unfit(tensors: readonly TensorInfo[], info: backend_util.Conv2DInfo): boolean {
  const empty = util.sizeFromShape(info.inShape) === 0 || util.sizeFromShape(info.outShape) === 0;
  return empty || info.dataFormat !== 'channelsLast' || tensors.some(({ dtype }) => dtype !== 'float32');
}

function record({ backend }: KernelParams, recipe: KernelRecipe, inputs: TensorInfo[], shape: readonly number[]): TensorInfo {
  const [output] = (backend as unknown as Recorder).record({ recipe, inputs, outputs: [{ shape, dtype: 'float32' }] });
  return output as TensorInfo;
}
