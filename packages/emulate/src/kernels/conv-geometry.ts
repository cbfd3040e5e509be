import { backend_util } from '@tensorflow/tfjs-core';

/** Sizes of a 2-D convolution with channels last. */
export type ConvGeometry = backend_util.Conv2DInfo;

type Attrs = object | undefined;

/** The geometry of a gradient kernel, from the shapes of its forward pass and its attributes. */
export function convGeometry(
  attrs: Attrs,
  inShape: readonly number[],
  filterShape: readonly number[],
  { depthwise }: { readonly depthwise: boolean },
): ConvGeometry {
  const { strides, dilations, pad, dimRoundingMode } = attrs as {
    readonly strides: number | [number, number];
    readonly dilations?: number | [number, number];
    readonly pad: 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];
    readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  return backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
}

/** Whether channels come last; tfjs leaves the attribute out where they always do. */
export function isChannelsLast(attrs: Attrs): boolean {
  const { dataFormat } = (attrs ?? {}) as { readonly dataFormat?: string };
  return dataFormat === undefined || dataFormat === 'NHWC';
}

/** Output positions along one axis whose tap `tap` falls inside the input: from the first to before the last. */
export function validRange(tap: number, { stride, dilation, padding, inSize, outSize }: AxisGeometry): readonly [number, number] {
  const offset = tap * dilation - padding;
  const first = Math.max(0, Math.ceil(-offset / stride));
  const end = Math.min(outSize, Math.floor((inSize - 1 - offset) / stride) + 1);
  return [first, Math.max(first, end)];
}

/** One axis of a convolution. */
export interface AxisGeometry {
  readonly stride: number;
  readonly dilation: number;
  readonly padding: number;
  readonly inSize: number;
  readonly outSize: number;
}

/** The two axes of a convolution. */
export function axesOf(geometry: ConvGeometry): { readonly rows: AxisGeometry; readonly columns: AxisGeometry } {
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo, inHeight, inWidth, outHeight, outWidth } = geometry;
  return {
    rows: { stride: strideHeight, dilation: dilationHeight, padding: padInfo.top, inSize: inHeight, outSize: outHeight },
    columns: { stride: strideWidth, dilation: dilationWidth, padding: padInfo.left, inSize: inWidth, outSize: outWidth },
  };
}
