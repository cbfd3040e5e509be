import { input, layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TaskShape } from '../tasks/task.ts';
import { NORM_MOMENTUM } from './cnn.ts';

const DEPTH = 2;
const FIRST_FILTERS = 8;

/** A small U-Net (Ronneberger et al. 2015): down, up, and what was seen on the way down beside it; it ends in one logit a pixel. */
export function unet({ side }: Extract<TaskShape, { readonly model: 'unet' }>): LayersModel {
  const pictures = input({ shape: [side, side, 1] });
  const skips: SymbolicTensor[] = [];
  let x: SymbolicTensor = pictures;
  for (let level = 0; level < DEPTH; level += 1) {
    x = convolved(x, FIRST_FILTERS * 2 ** level);
    skips.push(x);
    x = layers.maxPooling2d({ poolSize: 2 }).apply(x) as SymbolicTensor;
  }
  x = convolved(x, FIRST_FILTERS * 2 ** DEPTH);
  for (let level = DEPTH - 1; level >= 0; level -= 1) {
    const filters = FIRST_FILTERS * 2 ** level;
    const up = layers.conv2dTranspose({ filters, kernelSize: 2, strides: 2, padding: 'same', kernelInitializer: 'zeros' }).apply(x);
    x = convolved(layers.concatenate().apply([up as SymbolicTensor, skips[level] as SymbolicTensor]) as SymbolicTensor, filters);
  }
  const logits = layers.conv2d({ filters: 1, kernelSize: 1, kernelInitializer: 'zeros' }).apply(x) as SymbolicTensor;
  return model({ inputs: pictures, outputs: logits });
}

/** Two convolutions, each with batch norm and relu. */
function convolved(x: SymbolicTensor, filters: number): SymbolicTensor {
  let y = x;
  for (let i = 0; i < 2; i += 1) {
    y = layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false, kernelInitializer: 'zeros' }).apply(y) as SymbolicTensor;
    y = layers.batchNormalization({ momentum: NORM_MOMENTUM }).apply(y) as SymbolicTensor;
    y = layers.reLU().apply(y) as SymbolicTensor;
  }
  return y;
}
