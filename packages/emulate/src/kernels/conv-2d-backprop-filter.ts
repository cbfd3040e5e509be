import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { ConvGeometry } from './conv-geometry.ts';
import { axesOf, convGeometry, isChannelsLast, validRange } from './conv-geometry.ts';
import type { OwnKernel, StockKernels } from './own-kernel.ts';
import { allocate, free, heapOf, required, runStock, store } from './own-kernel.ts';

const SCRATCH_FLOATS = 1 << 19; // 2 MiB of patches at a time: stays in a cache, and sums of chunks lose less than one long sum

/**
 * The gradient of a convolution's filter as a matrix product: patches of the input, one row a filter tap, times the
 * gradient of the output. The product runs in wasm's own SIMD kernel, which is why patches lie transposed: that kernel
 * is fast for plain operands alone. Chunks of output rows are added in float64.
 */
export function conv2DBackpropFilter(stock: StockKernels): OwnKernel {
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
    const [x, dy] = [required<TensorInfo>(inputs, 'x'), required<TensorInfo>(inputs, 'dy')];
    const geometry = convGeometry(attrs, x.shape, required<number[]>(attrs, 'filterShape'), { depthwise: false });
    const { batchSize, filterHeight, filterWidth, inChannels, outChannels, outHeight, outWidth, filterShape } = geometry;
    const taps = filterHeight * filterWidth * inChannels;
    const sums = new Float64Array(taps * outChannels);
    const allRows = batchSize * outHeight;
    const rowsAtOnce = Math.max(1, Math.min(allRows, Math.floor(SCRATCH_FLOATS / (taps * outWidth))));
    for (let row = 0; row < allRows; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, allRows - row);
      const patches = allocate(backend, [taps, rows * outWidth]);
      const slice = allocate(backend, [rows * outWidth, outChannels]);
      fillPatches(heapOf(backend, patches), heapOf(backend, x), geometry, { row, rows });
      const from = row * outWidth * outChannels;
      heapOf(backend, slice).set(heapOf(backend, dy).subarray(from, from + rows * outWidth * outChannels));
      const product = runStock(stock, 'BatchMatMul', {
        inputs: { a: patches, b: slice },
        backend,
        attrs: { transposeA: false, transposeB: false },
      });
      const part = heapOf(backend, product);
      for (let i = 0; i < sums.length; i++) sums[i]! += part[i]!;
      free(backend, patches, slice, product);
    }
    return store(backend, filterShape, sums);
  };
  return { kernelName: 'Conv2DBackpropFilter', why: 'wasm has none', takes: isUsual, kernelFunc };
}

/** Whether channels come last and the gradient has the shape of the output; conv2dTranspose may hand in a larger one. */
function isUsual({ inputs, attrs }: Parameters<KernelFunc>[0]): boolean {
  if (!isChannelsLast(attrs)) return false;
  const { outShape } = convGeometry(attrs, required<TensorInfo>(inputs, 'x').shape, required<number[]>(attrs, 'filterShape'), {
    depthwise: false,
  });
  return util.arraysEqual(outShape, required<TensorInfo>(inputs, 'dy').shape);
}

/** Writes, for each filter tap and input channel, the numbers that it meets at each position of some output rows. */
function fillPatches(
  patches: Float32Array,
  x: Float32Array,
  geometry: ConvGeometry,
  chunk: { readonly row: number; readonly rows: number },
): void {
  const { filterHeight, filterWidth, inChannels, inHeight, inWidth, outHeight, outWidth } = geometry;
  const { rows: rowAxis, columns } = axesOf(geometry);
  const width = chunk.rows * outWidth;
  const step = columns.stride * inChannels;
  patches.fill(0);
  for (let tapRow = 0; tapRow < filterHeight; tapRow++) {
    const [firstRow, endRow] = validRange(tapRow, rowAxis);
    for (let tapColumn = 0; tapColumn < filterWidth; tapColumn++) {
      const [first, end] = validRange(tapColumn, columns);
      const left = first * columns.stride + tapColumn * columns.dilation - columns.padding;
      for (let r = 0; r < chunk.rows; r++) {
        const outRow = (chunk.row + r) % outHeight;
        if (outRow < firstRow || outRow >= endRow) continue;
        const image = Math.floor((chunk.row + r) / outHeight);
        const inRow = outRow * rowAxis.stride + tapRow * rowAxis.dilation - rowAxis.padding;
        const source = ((image * inHeight + inRow) * inWidth + left) * inChannels;
        for (let channel = 0; channel < inChannels; channel++) {
          const tap = (tapRow * filterWidth + tapColumn) * inChannels + channel;
          const target = tap * width + r * outWidth;
          for (let column = first, from = source + channel; column < end; column++, from += step) patches[target + column] = x[from]!;
        }
      }
    }
  }
}
