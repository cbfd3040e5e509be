import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { OwnKernel } from './own-kernel.ts';
import { allocate, heapOf, required } from './own-kernel.ts';

const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
  const [dy, input] = [required<TensorInfo>(inputs, 'dy'), required<TensorInfo>(inputs, 'input')];
  const { filterSize, strides, pad, dimRoundingMode } = attrs as {
    readonly filterSize: number | [number, number];
    readonly strides: number | [number, number];
    readonly pad: 'valid' | 'same' | number;
    readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const geometry = backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const {
    batchSize,
    inChannels,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    padInfo,
    inShape,
  } = geometry;
  const output = allocate(backend, inShape);
  const [x, dyValues, dx] = [heapOf(backend, input), heapOf(backend, dy), heapOf(backend, output)];
  dx.fill(0);
  const [best, where] = [new Float32Array(inChannels), new Int32Array(inChannels)];
  for (let image = 0, gradient = 0; image < batchSize; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      const top = outRow * strideHeight - padInfo.top;
      const bottom = Math.min(inHeight, top + filterHeight);
      for (let outColumn = 0; outColumn < outWidth; outColumn++) {
        const left = outColumn * strideWidth - padInfo.left;
        const right = Math.min(inWidth, left + filterWidth);
        best.fill(-Infinity);
        where.fill(-1);
        for (let row = Math.max(0, top); row < bottom; row++) {
          for (let column = Math.max(0, left); column < right; column++) {
            const from = ((image * inHeight + row) * inWidth + column) * inChannels;
            for (let channel = 0; channel < inChannels; channel++) {
              const value = x[from + channel]!;
              if (value > best[channel]!) {
                best[channel] = value;
                where[channel] = from + channel;
              }
            }
          }
        }
        for (let channel = 0; channel < inChannels; channel++, gradient++) {
          const target = where[channel]!;
          if (target >= 0) dx[target]! += dyValues[gradient]!;
        }
      }
    }
  }
  return output;
};

/** The gradient of a maximum goes to the first of the largest numbers in the window, as on tfjs's cpu and GPU backends. */
export const maxPoolGrad: OwnKernel = {
  kernelName: 'MaxPoolGrad',
  why: 'wasm drops the gradient of windows without a positive number, and gives ties to the last of them',
  kernelFunc,
};
