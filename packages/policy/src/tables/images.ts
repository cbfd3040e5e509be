import type { KernelRow } from '../kernel-row.ts';

/** Image geometry and detection. */
export const imageKernels: Readonly<Record<string, KernelRow>> = {
  ResizeBilinear: { float16: 'deny', bfloat16: 'pass', why: 'weights between pixels need more than 11 bits on large images' },
  ResizeBilinearGrad: { float16: 'deny', bfloat16: 'pass', why: 'weights between pixels need more than 11 bits on large images' },
  ResizeNearestNeighbor: { float16: 'pass', bfloat16: 'pass', why: 'copies pixels' },
  ResizeNearestNeighborGrad: { float16: 'f32-inner', bfloat16: 'f32-inner', why: 'sums the gradients of all copies of a pixel' },
  CropAndResize: { float16: 'deny', bfloat16: 'deny', why: 'coordinates of boxes need float32' },
  Transform: { float16: 'deny', bfloat16: 'deny', why: 'coordinates of pixels need float32' },
  RotateWithOffset: { float16: 'deny', bfloat16: 'deny', why: 'coordinates of pixels need float32' },
  NonMaxSuppressionV3: { float16: 'deny', bfloat16: 'deny', why: 'overlap of boxes needs float32' },
  NonMaxSuppressionV4: { float16: 'deny', bfloat16: 'deny', why: 'overlap of boxes needs float32' },
  NonMaxSuppressionV5: { float16: 'deny', bfloat16: 'deny', why: 'overlap of boxes needs float32' },
  Dilation2D: { float16: 'pass', bfloat16: 'pass', why: 'one addition and a maximum' },
  Dilation2DBackpropInput: { float16: 'pass', bfloat16: 'pass', why: 'one addition and a maximum' },
  Dilation2DBackpropFilter: { float16: 'pass', bfloat16: 'pass', output: 'float32', why: 'feeds float32 master weights' },
  FromPixels: { float16: 'n/a', bfloat16: 'n/a', why: 'int32 pixels in and out' },
  Draw: { float16: 'n/a', bfloat16: 'n/a', why: 'int32 pixels in and out' },
};
