import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { axesOf, convGeometry } from './conv-geometry.ts';
import type { OwnKernel } from './own-kernel.ts';
import { allocate, heapOf, required } from './own-kernel.ts';

const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
  const [dy, filter] = [required<TensorInfo>(inputs, 'dy'), required<TensorInfo>(inputs, 'filter')];
  const geometry = convGeometry(attrs, required<number[]>(attrs, 'inputShape'), filter.shape, { depthwise: true });
  const { batchSize, filterHeight, filterWidth, inChannels, outChannels, inHeight, inWidth, outHeight, outWidth, inShape } = geometry;
  const { rows, columns } = axesOf(geometry);
  const multiplier = outChannels / inChannels;
  const output = allocate(backend, inShape);
  const [dx, dyValues, weights] = [heapOf(backend, output), heapOf(backend, dy), heapOf(backend, filter)];
  const sums = new Float64Array(inChannels);
  for (let image = 0, to = 0; image < batchSize; image++) {
    for (let inRow = 0; inRow < inHeight; inRow++) {
      for (let inColumn = 0; inColumn < inWidth; inColumn++, to += inChannels) {
        sums.fill(0);
        for (let tapRow = 0; tapRow < filterHeight; tapRow++) {
          const outRow = (inRow + rows.padding - tapRow * rows.dilation) / rows.stride;
          if (outRow < 0 || outRow >= outHeight || !Number.isInteger(outRow)) continue;
          for (let tapColumn = 0; tapColumn < filterWidth; tapColumn++) {
            const outColumn = (inColumn + columns.padding - tapColumn * columns.dilation) / columns.stride;
            if (outColumn < 0 || outColumn >= outWidth || !Number.isInteger(outColumn)) continue;
            let gradient = ((image * outHeight + outRow) * outWidth + outColumn) * outChannels;
            let weight = (tapRow * filterWidth + tapColumn) * outChannels;
            for (let channel = 0; channel < inChannels; channel++) {
              for (let m = 0; m < multiplier; m++) sums[channel]! += dyValues[gradient++]! * weights[weight++]!;
            }
          }
        }
        dx.set(sums, to);
      }
    }
  }
  return output;
};

/** The gradient of a depthwise convolution's input, gathered pixel by pixel. Sums in float64. */
export const depthwiseBackpropInput: OwnKernel = { kernelName: 'DepthwiseConv2dNativeBackpropInput', why: 'wasm has none', kernelFunc };
