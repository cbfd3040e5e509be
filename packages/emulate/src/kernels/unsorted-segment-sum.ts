import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { OwnKernel } from './own-kernel.ts';
import { heapOf, required, store } from './own-kernel.ts';

const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
  const [x, segmentIds] = [required<TensorInfo>(inputs, 'x'), required<TensorInfo>(inputs, 'segmentIds')];
  const segments = required<number>(attrs, 'numSegments');
  const rowShape = x.shape.slice(1);
  const rowSize = util.sizeFromShape(rowShape);
  const values = heapOf(backend, x);
  const ids = (backend as BackendWasm).typedArrayFromHeap(segmentIds);
  const sums = new Float64Array(segments * rowSize);
  for (let row = 0; row < ids.length; row++) {
    const segment = ids[row]!;
    if (segment < 0 || segment >= segments) continue;
    for (let i = 0, from = row * rowSize, to = segment * rowSize; i < rowSize; i++) sums[to++]! += values[from++]!;
  }
  return store(backend, [segments, ...rowShape], sums);
};

/** Adds rows by segment: the gradient of a gather, hence of an embedding. Sums in float64; rows of no segment are dropped. */
export const unsortedSegmentSum: OwnKernel = {
  kernelName: 'UnsortedSegmentSum',
  why: 'wasm has none',
  takes: ({ inputs }) => inputs['x']?.dtype === 'float32' && (inputs['segmentIds'] as TensorInfo | undefined)?.shape.length === 1,
  kernelFunc,
};
