import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Session } from './backend/session.ts';
import { dataTypes } from './binding/data-types.ts';
import type { OpAttribute, TensorMetadata } from './library/tfjs-binding.ts';

/**
 * int32 `[1]`: the index of the first tensor that holds an infinity or NaN, or -1. It stays inside TensorFlow.
 *
 * Two ops a tensor (`IsFinite`, `All`) and seven small ones, in the type that each tensor has.
 */
export function firstNonFinite(session: Session, tensors: readonly TensorInfo[]): TensorInfo {
  const { binding } = session;
  const { native } = binding;
  const made: number[] = [];
  const own = (id: number): number => {
    made.push(id);
    return id;
  };
  const run = (name: string, attributes: readonly OpAttribute[], inputs: readonly number[]): number =>
    own((binding.run(name, attributes, inputs)[0] as TensorMetadata).id);
  const ints = (...values: number[]): number => own(binding.createTensor([values.length], dataTypes.int32, Int32Array.from(values)));
  const int = (value: number): number => own(binding.createTensor([], dataTypes.int32, Int32Array.of(value)));
  const type = (name: string, value: number): OpAttribute => ({ name, type: native.TF_ATTR_TYPE, value });
  const whole = (name: string, value: number): OpAttribute => ({ name, type: native.TF_ATTR_INT, value });
  const flag = (name: string, isSet: boolean): OpAttribute => ({ name, type: native.TF_ATTR_BOOL, value: isSet });
  try {
    const checked = tensors.map(({ dataId, dtype, shape }) => ({
      id: session.handleOf(dataId),
      isFloat: dtype === 'float32',
      rank: shape.length,
    }));
    if (!checked.some(({ isFloat }) => isFloat))
      return session.own(binding.createTensor([1], dataTypes.int32, Int32Array.of(-1)), [1], 'int32');
    const yes = own(binding.createTensor([], dataTypes.bool, Uint8Array.of(1)));
    const flags = checked.map(({ id, isFloat, rank }) => {
      if (!isFloat) return yes; // integers have no infinity
      const finite = run('IsFinite', [type('T', binding.entry(id).dataType)], [id]);
      const axes = Array.from({ length: rank }, (_, axis) => axis);
      return run('All', [flag('keep_dims', false), type('Tidx', dataTypes.int32)], [finite, ints(...axes)]);
    });
    const packed = run('Pack', [type('T', dataTypes.bool), whole('N', flags.length), whole('axis', 0)], flags);
    const numbers = run('Cast', [type('SrcT', dataTypes.bool), type('DstT', dataTypes.int32), flag('Truncate', false)], [packed]);
    const t = type('T', dataTypes.int32);
    const count = tensors.length;
    const keys = run('AddV2', [t], [run('Mul', [t], [numbers, int(count)]), ints(...tensors.keys())]); // position, + count where finite
    const first = run('Min', [flag('keep_dims', true), t, type('Tidx', dataTypes.int32)], [keys, ints(0)]);
    const finite = run('GreaterEqual', [t], [first, int(count)]);
    const result = binding.run('Select', [t], [finite, ints(-1), first])[0] as TensorMetadata;
    return session.own(result.id, [1], 'int32');
  } finally {
    for (const id of made) binding.deleteTensor(id);
  }
}
