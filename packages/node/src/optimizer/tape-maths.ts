import { dataTypes } from '../binding/data-types.ts';
import type { Tape } from '../binding/tape.ts';

type Unary = (x: number) => number;
type Binary = (x: number, y: number) => number;

/** The ops of a step under short names; each takes and gives handles, by the rule of the tape. */
export interface Maths {
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly maximum: Binary;
  readonly minimum: Binary;
  readonly greaterEqual: Binary;
  readonly greater: Binary;
  readonly sqrt: Unary;
  readonly square: Unary;
  readonly abs: Unary;
  readonly reciprocal: Unary;
  readonly isFinite: Unary;
  /** One of two by a flag; with a scalar flag TensorFlow copies nothing on a CPU. */
  readonly select: (flag: number, yes: number, no: number) => number;
  readonly clamp: (x: number, least: number, most: number) => number;
  /** Scalars as one vector. */
  readonly pack: (scalars: readonly number[]) => number;
  /** A vector as scalars. */
  readonly unpack: (vector: number, length: number) => number[];
  readonly reshape: (x: number, shape: readonly number[]) => number;
  /** Over all axes of a tensor of this rank. */
  readonly over: (op: 'All' | 'Max' | 'Min' | 'Sum', x: number, rank: number) => number;
  readonly cast: (x: number, to: number) => number;
}

export function mathsOf(tape: Tape): Maths {
  const unary =
    (name: string): Unary =>
    (x) =>
      tape.op(name, [x]);
  const binary =
    (name: string): Binary =>
    (x, y) =>
      tape.op(name, [x, y]);
  return {
    add: binary('AddV2'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('RealDiv'),
    maximum: binary('Maximum'),
    minimum: binary('Minimum'),
    greaterEqual: binary('GreaterEqual'),
    greater: binary('Greater'),
    sqrt: unary('Sqrt'),
    square: unary('Square'),
    abs: unary('Abs'),
    reciprocal: unary('Reciprocal'),
    isFinite: unary('IsFinite'),
    select: (flag, yes, no) => tape.op('Select', [flag, yes, no]),
    clamp: (x, least, most) => tape.op('ClipByValue', [x, tape.number(least), tape.number(most)]),
    pack: (scalars) =>
      tape.op('Pack', scalars, [tape.type('T', dataTypes.float32), tape.whole('N', scalars.length), tape.whole('axis', 0)]),
    unpack: (vector, length) =>
      tape.ops('Unpack', [vector], { attributes: [tape.whole('num', length), tape.whole('axis', 0)], outputs: length }),
    reshape: (x, shape) => tape.op('Reshape', [x, tape.ints(shape)]),
    over: (op, x, rank) => tape.op(op, [x, tape.ints(Array.from({ length: rank }, (_, axis) => axis))]),
    cast: (x, to) => tape.op('Cast', [x], [tape.type('DstT', to)]),
  };
}
