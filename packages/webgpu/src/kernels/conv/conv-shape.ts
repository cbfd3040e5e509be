import type { backend_util } from '@tensorflow/tfjs-core';
import type { Param } from '../kernel-source.ts';

/** The numbers of one two-dimensional convolution, channels last; the same for a depthwise one. */
export interface ConvShape {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** What of tfjs's description of a convolution matters to a kernel. Pure. */
export function convShape(info: backend_util.Conv2DInfo): ConvShape {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = info;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, batchSize, padInfo } = info;
  return {
    batch: batchSize,
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    outChannels,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop: padInfo.top,
    padLeft: padInfo.left,
  };
}

/** Every number of the shape as a param of the same name, and more beside them. Pure. */
export function shapeParams(shape: ConvShape, more: Readonly<Record<string, number>> = {}): Param[] {
  return Object.entries({ ...shape, ...more }).map(([name, value]) => ({ name, type: 'i32', value }));
}

/** A part of the key of a recipe: all numbers of the shape. Pure. */
export function shapeKey(shape: ConvShape): string {
  return Object.values(shape).join(',');
}

/** Elements in one load or store along a dimension of this size. Pure. */
export function widthOf(size: number): 1 | 4 {
  return size % 4 === 0 ? 4 : 1;
}

/** The type in WGSL of `width` numbers. Pure. */
export function vectorType(width: 1 | 4): 'f32' | 'vec4<f32>' {
  return width === 1 ? 'f32' : 'vec4<f32>';
}
