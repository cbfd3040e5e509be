import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Session } from './backend/session.ts';
import { dataTypes } from './binding/data-types.ts';
import { Tape } from './binding/tape.ts';

/**
 * int32 `[1]`: the index of the first tensor that holds an infinity or NaN, or -1. It stays inside TensorFlow.
 *
 * Two ops a float tensor (`IsFinite`, `All`) in the type that it has, and nine small ones. Integers have no infinity.
 */
export function firstNonFinite(session: Session, tensors: readonly TensorInfo[]): TensorInfo {
  const { binding } = session;
  const floats = [...tensors.entries()].filter(([, { dtype }]) => dtype === 'float32');
  if (floats.length === 0) return session.own(binding.createTensor([1], dataTypes.int32, Int32Array.of(-1)), [1], 'int32');
  const count = tensors.length;
  const tape = new Tape(binding);
  try {
    const flags = floats.map(([, { dataId, shape }]) =>
      tape.op('All', [tape.op('IsFinite', [session.handleOf(dataId)]), tape.ints([...shape.keys()])]),
    );
    const packed = tape.op('Pack', flags, [tape.type('T', dataTypes.bool), tape.whole('N', flags.length)]);
    const float = (id: number): number => tape.op('Cast', [id], [tape.type('DstT', dataTypes.float32)]); // TensorFlow computes int32 of a GPU on the host
    const positions = float(tape.ints(floats.map(([position]) => position)));
    const keys = tape.op('AddV2', [tape.op('Mul', [float(packed), tape.number(count)]), positions]); // position, + count where finite
    const first = tape.hold(tape.op('Min', [keys, tape.ints([0])], [tape.flag('keep_dims', true)]));
    const finite = tape.op('GreaterEqual', [first, tape.number(count)]);
    const index = tape.op('SelectV2', [finite, tape.number(-1), first]);
    return session.own(tape.take(tape.op('Cast', [index], [tape.type('DstT', dataTypes.int32)])), [1], 'int32');
  } finally {
    tape.close();
  }
}
