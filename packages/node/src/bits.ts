import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { HalfPrecision } from '@halftone/policy';
import type { Session } from './backend/session.ts';
import { dataTypes } from './binding/data-types.ts';
import { Tape } from './binding/tape.ts';

/**
 * The 16-bit codes of a half tensor, half the bytes of its float32 values.
 *
 * tfjs-node's binding reads no half tensor; two codes as one int32 it does read (`Bitcast`). Waits for TensorFlow.
 *
 * @throws TypeError if the tensor is float32 inside TensorFlow
 */
export function readBits(session: Session, info: TensorInfo): Uint16Array {
  const storage = session.storageOf(info.dataId);
  if (storage === 'float32') {
    throw new TypeError(`[node] bits() needs a tensor that is stored in half, got float32. Convert it with toStorage(tensor, 'float16').`);
  }
  const { binding } = session;
  const size = util.sizeFromShape(info.shape);
  if (size === 0) return new Uint16Array(0);
  const tape = new Tape(binding);
  try {
    const flat = tape.op('Reshape', [session.handleOf(info.dataId), tape.ints([size])]);
    const oneMore = (): number => tape.op('Pad', [flat, tape.op('Reshape', [tape.ints([0, 1]), tape.ints([1, 2])])]);
    const pairs = tape.op('Reshape', [size % 2 === 0 ? flat : oneMore(), tape.ints([Math.ceil(size / 2), 2])]);
    const codes = tape.op('Bitcast', [pairs], [tape.type('type', dataTypes.int32)]);
    const words = binding.native.tensorDataSync(codes) as Int32Array;
    return new Uint16Array(words.buffer, words.byteOffset, size);
  } finally {
    tape.close();
  }
}

/**
 * A tensor from 16-bit codes, without a float32 copy of it anywhere: the codes go up as bytes and are named half there.
 *
 * @throws RangeError if the codes do not fill the shape
 */
export function tensorFromBits(session: Session, bits: Uint16Array, shape: readonly number[], format: HalfPrecision): TensorInfo {
  const { binding } = session;
  if (!(bits instanceof Uint16Array))
    throw new TypeError(`[node] bits must be a Uint16Array, got ${typeof bits}. Encode values with @halftone/float16.`);
  if (bits.length !== util.sizeFromShape([...shape])) {
    throw new RangeError(
      `[node] bits must fill the shape [${shape.join(', ')}], got ${bits.length} codes. Pass one code for each element.`,
    );
  }
  void session.backend; // or its error, before anything is made
  const bytes = new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength).slice();
  const raw = binding.createTensor([...shape, 2], dataTypes.uint8, bytes);
  const tape = new Tape(binding);
  try {
    return session.own(tape.take(tape.op('Bitcast', [raw], [tape.type('type', dataTypes[format])])), shape);
  } finally {
    tape.close();
    binding.deleteTensor(raw);
  }
}
