import type { Tensor } from '@tensorflow/tfjs-core';
import { Tensor as TensorClass } from '@tensorflow/tfjs-core';
import { state } from './state.ts';

/** Widens the tensors in what a scope returns: a tensor, or arrays and plain objects of them. Values stay the same. */
export function widenOutputs(value: unknown): void {
  const { plugins } = state();
  for (const tensor of tensorsIn(value)) {
    if (tensor.dtype !== 'float32' || tensor.isDisposed) continue;
    for (const plugin of plugins.values()) {
      if (plugin.storageOf(tensor.dataId) !== 'float32') plugin.widen(tensor.dataId);
    }
  }
}

function* tensorsIn(value: unknown, seen: Set<unknown> = new Set()): Generator<Tensor> {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof TensorClass) {
    yield value;
  } else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) yield* tensorsIn(item, seen);
  }
}
