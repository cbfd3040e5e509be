import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Storage } from '@halftone/autocast';
import type { HalfBackend } from '../../backend.ts';
import type { KernelParams, OwnKernel } from '../elementwise/own-kernel.ts';
import { LAYER_NORM, LAYER_NORM_GRAD, LAYER_NORM_PARAMETER_GRAD } from './kernel-names.ts';
import { layerNormGradRecipe } from './layer-norm-grad.ts';
import { layerNormParameterGradRecipe } from './layer-norm-parameter-grad.ts';
import { layerNormRecipe } from './layer-norm.ts';
import { recordRows, rowShape, wanted } from './row-record.ts';

/** Layer normalisation and its gradients. Statistics and parameter gradients are float32, the rest is stored as the input is. */
export function layerNormKernels(): OwnKernel[] {
  return [
    { kernelName: LAYER_NORM, kernelFunc: forward },
    { kernelName: LAYER_NORM_GRAD, kernelFunc: backward },
    { kernelName: LAYER_NORM_PARAMETER_GRAD, kernelFunc: parameters },
  ];
}

/** Float32 where no policy with a half format is in force, else as the input: half in and out, float32 inside. */
function activationStorage(backend: HalfBackend, x: TensorInfo): Storage {
  return backend.decision === null || backend.decision.opClass === 'n/a' ? 'float32' : backend.storageOf(x.dataId);
}

function named({ inputs }: KernelParams, ...names: string[]): TensorInfo[] {
  return names.map((name) => inputs[name] as TensorInfo);
}

function forward(params: KernelParams): TensorInfo[] {
  const backend = params.backend as HalfBackend;
  const x = params.inputs['x'] as TensorInfo;
  const shape = rowShape(x);
  const recipe = layerNormRecipe({ ...shape, epsilon: Number(params.attrs?.['epsilon']) });
  const perRow = { shape: [shape.rows], dtype: 'float32', ...wanted(backend, 'float32') } as const;
  const result = { shape: x.shape, dtype: 'float32', ...wanted(backend, activationStorage(backend, x)) } as const;
  return recordRows(backend, recipe, named(params, 'x', 'gamma', 'beta'), [result, perRow, perRow]);
}

function backward(params: KernelParams): TensorInfo {
  const backend = params.backend as HalfBackend;
  const x = params.inputs['x'] as TensorInfo;
  const output = { shape: x.shape, dtype: 'float32', ...wanted(backend, backend.storageOf(x.dataId)) } as const;
  const [dx] = recordRows(backend, layerNormGradRecipe(rowShape(x)), named(params, 'dy', 'x', 'gamma', 'mean', 'rstd'), [output]);
  return dx as TensorInfo;
}

function parameters(params: KernelParams): TensorInfo[] {
  const backend = params.backend as HalfBackend;
  const shape = rowShape(params.inputs['x'] as TensorInfo);
  const output = { shape: [shape.cols], dtype: 'float32', ...wanted(backend, 'float32') } as const;
  return recordRows(backend, layerNormParameterGradRecipe(shape), named(params, 'dy', 'x', 'mean', 'rstd'), [output, output]);
}
