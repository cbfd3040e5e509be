import type { KernelRow } from '../kernel-row.ts';

/** Matrix products and convolutions: where half storage and half inputs pay most. */
export const productKernels: Readonly<Record<string, KernelRow>> = {
  _FusedMatMul: { float16: 'allow', bfloat16: 'allow', why: 'float32 accumulator; bias and activation before the one narrowing' },
  FusedConv2D: { float16: 'allow', bfloat16: 'allow', why: 'float32 accumulator; bias and activation before the one narrowing' },
  FusedDepthwiseConv2D: { float16: 'allow', bfloat16: 'allow', why: 'float32 accumulator; bias and activation before the one narrowing' },
  BatchMatMul: { float16: 'allow', bfloat16: 'allow', why: 'dot products in a float32 accumulator' },
  Conv2D: { float16: 'allow', bfloat16: 'allow', why: 'dot products in a float32 accumulator' },
  Conv3D: { float16: 'allow', bfloat16: 'allow', why: 'dot products in a float32 accumulator' },
  DepthwiseConv2dNative: { float16: 'allow', bfloat16: 'allow', why: 'bound by memory: half the bytes, float32 accumulator' },
  Conv2DBackpropInput: { float16: 'allow', bfloat16: 'allow', why: 'gradient of an activation, float32 accumulator' },
  Conv3DBackpropInputV2: { float16: 'allow', bfloat16: 'allow', why: 'gradient of an activation, float32 accumulator' },
  DepthwiseConv2dNativeBackpropInput: { float16: 'allow', bfloat16: 'allow', why: 'gradient of an activation, float32 accumulator' },
  Conv2DBackpropFilter: { float16: 'allow', bfloat16: 'allow', output: 'float32', why: 'feeds float32 master weights' },
  Conv3DBackpropFilterV2: { float16: 'allow', bfloat16: 'allow', output: 'float32', why: 'feeds float32 master weights' },
  DepthwiseConv2dNativeBackpropFilter: { float16: 'allow', bfloat16: 'allow', output: 'float32', why: 'feeds float32 master weights' },
  Einsum: { float16: 'allow', bfloat16: 'allow', why: 'products in a float32 accumulator; its class holds for all that it is lowered to' },
  Prelu: { float16: 'allow', bfloat16: 'allow', why: 'one product with a learned slope' },
};
