import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { axesOf, convGeometry, isChannelsLast } from './conv-geometry.ts';
import type { OwnKernel } from './own-kernel.ts';
import { allocate, heapOf, required } from './own-kernel.ts';

const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
  const [dy, filter] = [required<TensorInfo>(inputs, 'dy'), required<TensorInfo>(inputs, 'filter')];
  const geometry = convGeometry(attrs, required<number[]>(attrs, 'inputShape'), filter.shape, { depthwise: false });
  const { batchSize, filterHeight, filterWidth, inChannels, outChannels, inHeight, inWidth, outHeight, outWidth, inShape } = geometry;
  const { rows, columns } = axesOf(geometry);
  const [, dyHeight = 0, dyWidth = 0] = dy.shape; // of conv2dTranspose; may be more than the geometry asks for
  const output = allocate(backend, inShape);
  const [dx, gradients, weights] = [heapOf(backend, output), heapOf(backend, dy), heapOf(backend, filter)];
  for (let image = 0, to = 0; image < batchSize; image++) {
    for (let inRow = 0; inRow < inHeight; inRow++) {
      for (let inColumn = 0; inColumn < inWidth; inColumn++, to += inChannels) {
        dx.fill(0, to, to + inChannels);
        for (let tapRow = filterHeight - 1; tapRow >= 0; tapRow--) {
          const outRow = (inRow + rows.padding - tapRow) / rows.stride;
          if (outRow < 0 || outRow >= outHeight || outRow !== Math.floor(outRow)) continue;
          for (let tapColumn = filterWidth - 1; tapColumn >= 0; tapColumn--) {
            const outColumn = (inColumn + columns.padding - tapColumn) / columns.stride;
            if (outColumn < 0 || outColumn >= outWidth || outColumn !== Math.floor(outColumn)) continue;
            const gradient = ((image * dyHeight + outRow) * dyWidth + outColumn) * outChannels;
            let weight = (tapRow * filterWidth + tapColumn) * inChannels * outChannels;
            for (let channel = to; channel < to + inChannels; channel++) {
              let sum = dx[channel]!;
              for (let i = gradient; i < gradient + outChannels; i++, weight++)
                sum = Math.fround(sum + Math.fround(gradients[i]! * weights[weight]!));
              dx[channel] = sum;
            }
          }
        }
      }
    }
  }
  return output;
};

/**
 * The gradient of a convolution's input, and the transposed convolution. Adds in float32 in the order of the stock
 * kernel, so the numbers are its numbers, bit for bit; several times as fast.
 */
export const conv2DBackpropInput: OwnKernel = {
  kernelName: 'Conv2DBackpropInput',
  why: 'the same numbers as wasm, several times as fast',
  takes: ({ attrs }) => isChannelsLast(attrs),
  kernelFunc,
};
