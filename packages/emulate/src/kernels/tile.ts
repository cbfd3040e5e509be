import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { OwnKernel } from './own-kernel.ts';
import { required } from './own-kernel.ts';

const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = backend as BackendWasm;
  const [x, reps] = [required<TensorInfo>(inputs, 'x'), required<number[]>(attrs, 'reps')];
  const shape = x.shape.map((length, axis) => length * (reps[axis] ?? 1));
  const output = wasm.makeOutput(shape, x.dtype);
  const size = util.sizeFromShape(shape);
  if (size === 0) return output;
  const [from, to] = [wasm.typedArrayFromHeap(x), wasm.typedArrayFromHeap(output)];
  // Blocks of the inner axes are laid out at the end of the output, then repeated axis by axis from the inside out.
  let blocks = from.length;
  let length = 1;
  to.set(from, size - from.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const times = reps[axis] ?? 1;
    length *= x.shape[axis] ?? 1;
    blocks /= x.shape[axis] ?? 1;
    if (times > 1) {
      const [source, target] = [size - blocks * length, size - blocks * length * times];
      for (let block = 0; block < blocks; block++) {
        for (let copy = 0; copy < times; copy++)
          to.copyWithin(target + (block * times + copy) * length, source + block * length, source + (block + 1) * length);
      }
    }
    length *= times;
  }
  return output;
};

/** Repeats a tensor along its axes; batch norm's gradient does so with whole activations. */
export const tile: OwnKernel = {
  kernelName: 'Tile',
  why: 'the same numbers as wasm, many times as fast',
  takes: ({ inputs }) => inputs['x']?.dtype !== 'string',
  kernelFunc,
};
