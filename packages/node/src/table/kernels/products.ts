// Made by `npm run node-tables` from TensorFlow's own libraries: change the command, not this file.
import type { KernelRow } from '../kernel-support.ts';

/** 16-bit kernels of products, by TensorFlow line and device. */
export const products: Readonly<Record<string, KernelRow>> = {
  BatchMatMulV2: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  BiasAdd: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  BiasAddGrad: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Conv2D: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Conv2DBackpropFilter: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Conv2DBackpropInput: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Conv3D: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Conv3DBackpropFilterV2: { '2.9': { cpu: 'H', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Conv3DBackpropInputV2: { '2.9': { cpu: 'H', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  DepthwiseConv2dNative: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  DepthwiseConv2dNativeBackpropFilter: {
    '2.9': { cpu: 'H', gpu: 'H' },
    '2.14': { cpu: 'HB', gpu: 'HB' },
    '2.21': { cpu: 'HB', gpu: 'HB' },
  },
  DepthwiseConv2dNativeBackpropInput: { '2.9': { cpu: 'H', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Einsum: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  MatMul: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
};
