import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { HalfPrecision } from '@halftone/policy';
import type { Session } from './backend/session.ts';
import { dataTypes, typeOfStorage } from './binding/data-types.ts';
import type { OpAttribute, TensorMetadata } from './library/tfjs-binding.ts';

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
  const { native } = binding;
  const size = util.sizeFromShape(info.shape);
  if (size === 0) return new Uint16Array(0);
  const type = (name: string, value: number): OpAttribute => ({ name, type: native.TF_ATTR_TYPE, value });
  const made: number[] = [];
  const own = (id: number): number => {
    made.push(id);
    return id;
  };
  const run = (name: string, attributes: OpAttribute[], inputs: number[]): number =>
    own((binding.run(name, attributes, inputs)[0] as TensorMetadata).id);
  const ints = (values: number[], shape: number[]): number => own(binding.createTensor(shape, dataTypes.int32, Int32Array.from(values)));
  const t = type('T', typeOfStorage(storage));
  try {
    const flat = run('Reshape', [t, type('Tshape', dataTypes.int32)], [session.handleOf(info.dataId), ints([size], [1])]);
    const even = size % 2 === 0 ? flat : run('Pad', [t, type('Tpaddings', dataTypes.int32)], [flat, ints([0, 1], [1, 2])]);
    const pairs = run('Reshape', [t, type('Tshape', dataTypes.int32)], [even, ints([Math.ceil(size / 2), 2], [2])]);
    const codes = run('Bitcast', [t, type('type', dataTypes.int32)], [pairs]);
    const words = native.tensorDataSync(codes) as Int32Array;
    return new Uint16Array(words.buffer, words.byteOffset, size);
  } finally {
    for (const id of made) binding.deleteTensor(id);
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
  try {
    const attributes: OpAttribute[] = [
      { name: 'T', type: binding.native.TF_ATTR_TYPE, value: dataTypes.uint8 },
      { name: 'type', type: binding.native.TF_ATTR_TYPE, value: dataTypes[format] },
    ];
    const [output] = binding.run('Bitcast', attributes, [raw]) as [TensorMetadata];
    return session.own(output.id, shape);
  } finally {
    binding.deleteTensor(raw);
  }
}
