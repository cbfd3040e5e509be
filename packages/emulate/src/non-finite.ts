import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { EmulatedBackend } from './backend.ts';

const EXPONENT = 0x7f800000;

/** int32 `[1]`: the index of the first tensor that holds an infinity or NaN, found by exponent bits; -1 if there is none. */
export function firstNonFinite(backend: EmulatedBackend, tensors: readonly TensorInfo[]): TensorInfo {
  backend.check();
  backend.bringIn(tensors);
  const { base } = backend.setup;
  const index = tensors.findIndex((info) => info.dtype === 'float32' && holdsNonFinite(base.data.floats(info)));
  const output: TensorInfo = { dataId: base.backend.write(Int32Array.of(index), [1], 'int32'), shape: [1], dtype: 'int32' };
  backend.book(output, 'float32');
  return output;
}

function holdsNonFinite(values: Float32Array): boolean {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) if ((words[i]! & EXPONENT) === EXPONENT) return true;
  return false;
}
