import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { autocast, toStorage } from '@halftone/autocast';

type Storage = 'float32' | 'float16' | 'bfloat16';

/** When the tensors of a program are read: after every step, at random steps, or only when all is done. */
export type Reading = 'each step' | 'sometimes' | 'the end';

/** Ops on one or two tensors of one shape that give the same bits however they are fused. */
const EXACT = {
  add: (x, y) => tf.add(x, y),
  sub: (x, y) => tf.sub(x, y),
  mul: (x, y) => tf.mul(x, y),
  maximum: (x, y) => tf.maximum(x, y),
  minimum: (x, y) => tf.minimum(x, y),
  addN: (x, y) => tf.addN([x, y, x]),
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  neg: (x) => tf.neg(x),
  abs: (x) => tf.abs(x),
  square: (x) => tf.square(x),
  floor: (x) => tf.floor(x),
  sign: (x) => tf.sign(x),
  leaky: (x) => tf.leakyRelu(x, 0.25),
  step: (x) => tf.step(x, 0.5),
  clip: (x, _, k) => tf.clipByValue(x, -k - 1, k + 1),
  plusNumber: (x, _, k) => tf.add(x, k / 3),
  timesNumber: (x, _, k) => tf.mul(x, 1 + k / 8),
  where: (x, y) => tf.where(tf.greater(x, y), x, tf.neg(y)),
  less: (x, y) => tf.cast(tf.logicalAnd(tf.less(x, y), tf.notEqual(x, 0)), 'float32'),
  whole: (x, y) => tf.cast(tf.sub(tf.cast(x, 'int32'), tf.mul(tf.cast(y, 'int32'), tf.scalar(3, 'int32'))), 'float32'),
  anyRow: (x) => tf.where(tf.any(tf.greater(x, 1), 1, true), x, tf.zerosLike(x)),
  rowMax: (x, y) => tf.add(x, tf.max(y, 0, true)),
  columnMin: (x, y) => tf.sub(x, tf.min(y, 1, true)),
  row: (x, y, k) => tf.mul(x, tf.slice(y, [k % x.shape[0], 0], [1, x.shape[1]])),
  column: (x, y, k) => tf.maximum(x, tf.slice(y, [0, k], [x.shape[0], 1])),
  corner: (x, y) => tf.add(x, tf.slice(y, [0, 0], [1, 1])),
  transposed: (x) => tf.transpose(tf.relu(tf.transpose(x))) as tf.Tensor2D,
  reversed: (x, y) => tf.sub(x, tf.reverse(y, [0])),
  flipped: (x, y) => tf.add(tf.reverse(x, [1]), y),
  reshaped: (x, y) => tf.reshape(tf.add(tf.reshape(x, [x.size]), tf.reshape(y, [y.size])), x.shape),
  halves: (x, y) => tf.concat([tf.slice(x, [0, 0], [2, x.shape[1]]), tf.slice(y, [2, 0], [x.shape[0] - 2, x.shape[1]])], 0) as tf.Tensor2D,
  split: (x, _, k) => {
    const parts = tf.split(x, [1 + k, x.shape[1] - 1 - k], 1);
    return tf.concat([parts[1] as tf.Tensor2D, parts[0] as tf.Tensor2D], 1) as tf.Tensor2D;
  },
  tiled: (x, y) => tf.mul(x, tf.slice(tf.tile(y, [2, 1]), [1, 0], x.shape)),
  padded: (x) =>
    tf.slice(
      tf.pad(x, [
        [1, 0],
        [0, 1],
      ]),
      [0, 1],
      x.shape,
    ),
  gathered: (x, y, k) =>
    tf.add(
      x,
      tf.gather(
        y,
        tf.tensor1d(
          Array.from({ length: x.shape[0] }, (_, i) => (i * (k + 2)) % x.shape[0]),
          'int32',
        ),
      ),
    ),
} as const satisfies Readonly<Record<string, (x: tf.Tensor2D, y: tf.Tensor2D, k: number) => tf.Tensor>>;

/** Ops whose order of summation depends on the kernel; each keeps magnitudes near 1. */
const SUMS = {
  matmul: (x, y) => tf.mul(tf.matMul(tf.matMul(x, tf.tanh(y), false, true), tf.tanh(x)), 1 / x.size),
  dense: (x, y) => tf.relu(tf.add(tf.mul(tf.matMul(x, tf.matMul(y, x, true, false)), 1 / x.size), 0.25)),
  mean: (x, y) => tf.sub(x, tf.mean(y, 0, true)),
  meanAll: (x, y) => tf.add(x, tf.mean(y)),
  sumRow: (x, y) => tf.mul(x, tf.tanh(tf.sum(tf.mul(y, 0.125), 1, true))),
  moments: (x) => {
    const { mean, variance } = tf.moments(x, 0, true);
    return tf.tanh(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1))));
  },
  softmax: (x) => tf.softmax(x),
  logSumExp: (x) => tf.sub(x, tf.logSumExp(x, 1, true)),
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  exp: (x) => tf.exp(tf.clipByValue(x, -3, 1)),
  div: (x, y) => tf.div(x, tf.add(tf.abs(y), 1)),
  sqrt: (x) => tf.sqrt(tf.add(tf.square(x), 0.5)),
  conv: (x, y) => {
    const [height, width] = x.shape;
    const filter = tf.reshape(tf.slice(y, [0, 0], [3, 3]), [3, 3, 1, 1]) as tf.Tensor4D;
    return tf.reshape(tf.mul(tf.conv2d(tf.reshape(x, [1, height, width, 1]) as tf.Tensor4D, filter, 1, 'same'), 0.25), x.shape);
  },
  pool: (x) => tf.reshape(tf.avgPool(tf.reshape(x, [1, ...x.shape, 1]) as tf.Tensor4D, 3, 1, 'same'), x.shape),
  maxPool: (x) => tf.reshape(tf.maxPool(tf.reshape(x, [1, ...x.shape, 1]) as tf.Tensor4D, [2, 3], 1, 'same'), x.shape),
  grad: (x, y) => tf.add(tf.grad((a) => tf.sum(tf.mul(tf.relu(a), tf.sigmoid(a))))(x), tf.mul(y, 0.5)),
} as const satisfies Readonly<Record<string, (x: tf.Tensor2D, y: tf.Tensor2D, k: number) => tf.Tensor>>;

const KINDS: Readonly<Record<'exact' | 'sums', readonly string[]>> = {
  exact: Object.keys(EXACT),
  sums: [...Object.keys(SUMS), ...Object.keys(SUMS), 'add', 'relu', 'rowMax', 'transposed', 'row', 'reshaped', 'padded'],
};
const HANDLING = ['clone', 'dispose', 'assign', 'snapshot', 'half', 'wide', 'tidy', 'yield', 'keepOld'] as const;
const OPS: Readonly<Record<string, (x: tf.Tensor2D, y: tf.Tensor2D, k: number) => tf.Tensor>> = { ...EXACT, ...SUMS };

/** One step: an op on two of the tensors that are alive, or something that is done to handles. */
export interface ProgramStep {
  readonly op: string;
  readonly a: number;
  readonly b: number;
  readonly k: number;
  readonly read: boolean;
}

/** Random programs of one kind. */
export function programsOf(kind: keyof typeof KINDS, maxLength: number): fc.Arbitrary<readonly ProgramStep[]> {
  const op = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...KINDS[kind]) }, { weight: 1, arbitrary: fc.constantFrom(...HANDLING) });
  return fc.array(fc.record({ op, a: fc.nat(15), b: fc.nat(15), k: fc.nat(7), read: fc.boolean() }), { minLength: 3, maxLength });
}

export interface ProgramOptions {
  readonly shape: readonly [number, number];
  readonly storage: Storage;
  readonly reading: Reading;
}

/** Runs a program on the current backend; the values of all that is alive at its end. Leaves nothing behind. */
export async function runProgram(steps: readonly ProgramStep[], { shape, storage, reading }: ProgramOptions): Promise<Float32Array[]> {
  const inScope = <T>(fn: () => T): T => (storage === 'float32' ? fn() : autocast(storage, fn));
  const alive: tf.Tensor2D[] = [0, 1, 2].map((seed) => wave(shape, seed));
  const variable = tf.tidy(() => tf.variable(tf.add(wave(shape, 3), 0)));
  for (const { op, a, b, k, read } of steps) {
    const [x, y] = [alive[a % alive.length] as tf.Tensor2D, alive[b % alive.length] as tf.Tensor2D];
    await handle(op, { x, y, k, alive, variable, storage }, inScope);
    if (reading === 'each step' || (reading === 'sometimes' && read)) await alive.at(-1)?.data();
  }
  const all = [...alive, variable];
  const values = await Promise.all(all.map(async (tensor) => Float32Array.from(await tensor.data())));
  tf.dispose(all);
  return values;
}

interface Scene {
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor2D;
  readonly k: number;
  readonly alive: tf.Tensor2D[];
  readonly variable: tf.Variable;
  readonly storage: Storage;
}

async function handle(op: string, { x, y, k, alive, variable, storage }: Scene, inScope: <T>(fn: () => T) => T): Promise<void> {
  const compute = OPS[op];
  if (compute !== undefined) {
    alive.push(tf.tidy(() => inScope(() => tf.reshape(compute(x, y, k), x.shape))));
    return;
  }
  switch (op) {
    case 'clone':
      alive.push(x.clone());
      break;
    case 'dispose':
      if (alive.length > 2) alive.splice(k % alive.length, 1)[0]?.dispose();
      break;
    case 'assign': {
      const next = tf.tidy(() => tf.add(tf.mul(variable, 0.5), toStorage(x, 'float32')));
      variable.assign(next);
      next.dispose();
      break;
    }
    case 'snapshot':
      alive.push(variable.clone() as tf.Tensor2D);
      break;
    case 'keepOld': {
      const old = variable.clone();
      tf.tidy(() => variable.assign(tf.minimum(tf.add(variable, 1), 8)));
      alive.push(old as tf.Tensor2D);
      break;
    }
    case 'half':
      alive.push(toStorage(x, storage));
      break;
    case 'wide':
      alive.push(toStorage(x, 'float32'));
      break;
    case 'tidy':
      tf.tidy(() => void tf.mul(tf.add(x, y), 2));
      break;
    case 'yield':
      await new Promise((resolve) => setTimeout(resolve, 0));
      break;
    default:
      throw new RangeError(`no such step: ${op}`);
  }
}

/** Numbers between -2 and 2 with short fractions, so that sums of a few of them are exact in float32. */
function wave([height, width]: readonly [number, number], seed: number): tf.Tensor2D {
  const values = Float32Array.from({ length: height * width }, (_, i) => (((i * (37 + 6 * seed) + 11 * seed) % 257) - 128) / 64);
  return tf.tensor2d(values, [height, width]);
}
