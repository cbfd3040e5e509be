import { input, layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TaskShape } from '../tasks/task.ts';

/** How fast moving statistics follow: in tens of steps, so that a short training can be judged by them. */
export const NORM_MOMENTUM = 0.9;

const FILTERS = [8, 16] as const;

/** Two convolutions with batch norm, relu and pooling, and a dense layer; it ends in logits. */
export function cnn({ side, channels, classes }: Extract<TaskShape, { readonly model: 'cnn' }>): LayersModel {
  const pictures = input({ shape: [side, side, channels] });
  let x: SymbolicTensor = pictures;
  for (const filters of FILTERS) {
    x = layers.conv2d({ filters, kernelSize: 3, useBias: false, kernelInitializer: 'zeros' }).apply(x) as SymbolicTensor;
    x = layers.batchNormalization({ momentum: NORM_MOMENTUM }).apply(x) as SymbolicTensor;
    x = layers.reLU().apply(x) as SymbolicTensor;
    x = layers.maxPooling2d({ poolSize: 2 }).apply(x) as SymbolicTensor;
  }
  const flat = layers.flatten().apply(x) as SymbolicTensor;
  return model({ inputs: pictures, outputs: layers.dense({ units: classes, kernelInitializer: 'zeros' }).apply(flat) as SymbolicTensor });
}
