import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { axesOf, convGeometry, validRange } from './conv-geometry.ts';
import type { OwnKernel } from './own-kernel.ts';
import { heapOf, required, store } from './own-kernel.ts';

const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
  const [x, dy] = [required<TensorInfo>(inputs, 'x'), required<TensorInfo>(inputs, 'dy')];
  const geometry = convGeometry(attrs, x.shape, required<number[]>(attrs, 'filterShape'), { depthwise: true });
  const { batchSize, filterHeight, filterWidth, inChannels, outChannels, inHeight, inWidth, outHeight, outWidth, filterShape } = geometry;
  const { rows, columns } = axesOf(geometry);
  const multiplier = outChannels / inChannels;
  const [xValues, dyValues] = [heapOf(backend, x), heapOf(backend, dy)];
  const sums = new Float64Array(filterHeight * filterWidth * outChannels);
  for (let tapRow = 0; tapRow < filterHeight; tapRow++) {
    const [firstRow, endRow] = validRange(tapRow, rows);
    for (let tapColumn = 0; tapColumn < filterWidth; tapColumn++) {
      const [first, end] = validRange(tapColumn, columns);
      const tap = (tapRow * filterWidth + tapColumn) * outChannels;
      for (let image = 0; image < batchSize; image++) {
        for (let outRow = firstRow; outRow < endRow; outRow++) {
          const inRow = outRow * rows.stride + tapRow * rows.dilation - rows.padding;
          for (let column = first; column < end; column++) {
            const inColumn = column * columns.stride + tapColumn * columns.dilation - columns.padding;
            const from = ((image * inHeight + inRow) * inWidth + inColumn) * inChannels;
            let gradient = ((image * outHeight + outRow) * outWidth + column) * outChannels;
            let target = tap;
            for (let channel = 0; channel < inChannels; channel++) {
              const value = xValues[from + channel]!;
              for (let m = 0; m < multiplier; m++) sums[target++]! += value * dyValues[gradient++]!;
            }
          }
        }
      }
    }
  }
  return store(backend, filterShape, sums);
};

/** The gradient of a depthwise filter: each channel meets its own gradients alone. Sums in float64. */
export const depthwiseBackpropFilter: OwnKernel = { kernelName: 'DepthwiseConv2dNativeBackpropFilter', why: 'wasm has none', kernelFunc };
