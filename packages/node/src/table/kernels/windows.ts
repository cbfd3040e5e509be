// Made by `npm run node-tables` from TensorFlow's own libraries: change the command, not this file.
import type { KernelRow } from '../kernel-support.ts';

/** 16-bit kernels of windows, norms and softmax, by TensorFlow line and device. */
export const windows: Readonly<Record<string, KernelRow>> = {
  AvgPool: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  AvgPool3D: { '2.9': { cpu: '', gpu: 'H' }, '2.14': { cpu: 'B', gpu: 'HB' }, '2.21': { cpu: 'B', gpu: 'HB' } },
  AvgPool3DGrad: { '2.9': { cpu: '', gpu: 'H' }, '2.14': { cpu: 'B', gpu: 'HB' }, '2.21': { cpu: 'B', gpu: 'HB' } },
  AvgPoolGrad: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  CropAndResize: { '2.9': { cpu: 'H', gpu: 'H' }, '2.14': { cpu: 'H', gpu: 'H' }, '2.21': { cpu: 'H', gpu: 'H' } },
  Dilation2D: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Dilation2DBackpropFilter: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Dilation2DBackpropInput: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  FusedBatchNorm: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  FusedBatchNormGradV3: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  FusedBatchNormV3: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  LRN: { '2.9': { cpu: 'H', gpu: '' }, '2.14': { cpu: 'H', gpu: '' }, '2.21': { cpu: 'H', gpu: '' } },
  LRNGrad: { '2.9': { cpu: 'H', gpu: '' }, '2.14': { cpu: 'H', gpu: '' }, '2.21': { cpu: 'H', gpu: '' } },
  LogSoftmax: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  MaxPool: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  MaxPool3D: { '2.9': { cpu: '', gpu: 'H' }, '2.14': { cpu: 'B', gpu: 'HB' }, '2.21': { cpu: 'B', gpu: 'HB' } },
  MaxPool3DGrad: { '2.9': { cpu: '', gpu: 'H' }, '2.14': { cpu: 'B', gpu: 'HB' }, '2.21': { cpu: 'B', gpu: 'HB' } },
  MaxPoolGrad: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  MaxPoolV2: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  ResizeBilinear: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  ResizeBilinearGrad: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  ResizeNearestNeighbor: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  ResizeNearestNeighborGrad: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Softmax: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  SoftmaxCrossEntropyWithLogits: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  SparseSoftmaxCrossEntropyWithLogits: {
    '2.9': { cpu: 'HB', gpu: 'H' },
    '2.14': { cpu: 'HB', gpu: 'HB' },
    '2.21': { cpu: 'HB', gpu: 'HB' },
  },
};
