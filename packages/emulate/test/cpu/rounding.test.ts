import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { autocast, explain, fullPrecision, pluginFor, setDefaultPolicy, storageOf, toStorage } from '@halftone/autocast';
import { round } from '@halftone/float16';
import '@halftone/testing/matchers';
import type { EmulatedHandle } from '../../src/index.ts';
import { registerEmulated, useEmulated } from '../../src/index.ts';
import { noise } from './run-kernel.ts';

const read = (tensor: tf.Tensor): Float32Array => tensor.dataSync().slice() as Float32Array;
const values = (fn: () => tf.Tensor): Float32Array => {
  const result = tf.tidy(fn);
  const data = read(result);
  result.dispose();
  return data;
};

/** What a program computes on stock tfjs. */
async function onStock(base: string, fn: () => tf.Tensor): Promise<Float32Array> {
  const previous = tf.getBackend();
  await tf.setBackend(base);
  const data = values(fn);
  await tf.setBackend(previous);
  return data;
}

const OPS: Readonly<Record<string, (x: tf.Tensor2D, y: tf.Tensor2D) => tf.Tensor>> = {
  matMul: (x, y) => tf.matMul(x, y),
  add: (x, y) => tf.add(x, y),
  div: (x, y) => tf.div(x, y),
  exp: (x) => tf.exp(x),
  square: (x) => tf.square(x),
  sum: (x) => tf.sum(x, 0),
  slice: (x) => tf.slice(x, [4, 0], [16, 24]),
  transpose: (x) => tf.transpose(x),
  concat: (x, y) => tf.concat([x, y]),
  conv2d: (x) => tf.conv2d(tf.reshape(x, [1, 24, 24, 1]) as tf.Tensor4D, noise([3, 3, 1, 4], 5) as tf.Tensor4D, 1, 'same'),
  softmax: (x) => tf.softmax(x),
  pad: (x) =>
    tf.pad(
      x,
      [
        [1, 1],
        [0, 0],
      ],
      0.1,
    ),
};

describe.each(['wasm', 'cpu'] as const)('on %s', (base) => {
  let plugin: EmulatedHandle;
  beforeAll(async () => {
    plugin = await registerEmulated({ base });
  });
  beforeEach(async () => void (await tf.setBackend(plugin.backendName)));
  afterAll(() => plugin?.dispose());

  describe.each(['float16', 'bfloat16'] as const)('everything in %s', (format) => {
    it.each(Object.keys(OPS))('%s is the float32 result of the base, rounded once', async (name) => {
      const op = OPS[name] as (typeof OPS)[string];
      const [a, b] = [await onStock(base, () => noise([24, 24], 1)), await onStock(base, () => noise([24, 24], 2))];
      const run = (): tf.Tensor => op(tf.tensor2d(a, [24, 24]), tf.tensor2d(b, [24, 24]));
      const filter = name === 'conv2d' ? round(await onStock(base, () => noise([3, 3, 1, 4], 5)), format) : null; // made inside the scope, so rounded too
      const exact =
        filter === null
          ? await onStock(base, run)
          : await onStock(base, () => tf.conv2d(tf.tensor4d(a, [1, 24, 24, 1]), tf.tensor4d(filter, [3, 3, 1, 4]), 1, 'same'));
      const undo = setDefaultPolicy(format);
      const result = tf.tidy(() =>
        filter === null ? run() : tf.conv2d(tf.tensor4d(a, [1, 24, 24, 1]), tf.tensor4d(filter, [3, 3, 1, 4]), 1, 'same'),
      );
      undo();
      expect(storageOf(result)).toBe(format);
      expect(read(result)).toBeBitEqual(round(exact, format));
      result.dispose();
    });
    it('leaves its inputs alone, also where the base shows the same memory', async () => {
      const x = noise([64, 16], 3);
      const before = read(x);
      const undo = setDefaultPolicy(format);
      const part = tf.slice(x, [8, 0], [32, 16]); // the cpu backend hands out a part of x's array
      undo();
      expect(read(part)).toBeBitEqual(round(before.subarray(128, 640), format));
      expect(read(x)).toBeBitEqual(before);
      tf.dispose([x, part]);
    });
  });

  it('computes denied kernels in float32 on the half numbers of their inputs', () => {
    const [half, exponentials] = tf.tidy(() => {
      const input = toStorage(noise([600], 4), 'float16');
      return [input, autocast('param=float32,compute=float16,output=float16', () => tf.exp(input))];
    }) as [tf.Tensor, tf.Tensor];
    expect(storageOf(exponentials)).toBe('float32');
    const expected = values(() => tf.exp(tf.tensor1d(read(half))));
    expect(read(exponentials)).toBeBitEqual(expected);
    expect(read(exponentials)).not.toBeBitEqual(round(expected, 'float16'));
    tf.dispose([half, exponentials]);
  });
  it('decides as explain tells: product and relu in half, exp in float32, filter gradients in float32', () => {
    const { kernels } = explain(() =>
      tf.tidy(() => {
        const filter = noise([3, 3, 2, 4], 2) as tf.Tensor4D;
        const loss = (w: tf.Tensor): tf.Tensor =>
          autocast('mixed_float16', () => tf.sum(tf.relu(tf.conv2d(noise([2, 12, 12, 2], 1) as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'))));
        return tf.grad(loss)(filter).shape;
      }),
    );
    const storages = Object.fromEntries(kernels.map(({ kernelName, storageOut }) => [kernelName, storageOut[0]]));
    expect(storages).toMatchObject({ Conv2D: 'float16', Relu: 'float16', Sum: 'float32', Conv2DBackpropFilter: 'float32' });
  });
  it('keeps a mask constant that does not fit in float32 instead of making it infinite', () => {
    const masked = values(() => autocast('mixed_float16', () => tf.add(toStorage(noise([300], 1), 'float16'), tf.scalar(-1e9))));
    expect(masked.every(Number.isFinite)).toBe(true);
  });
  it('finds the first tensor that is not finite', () => {
    const index = (...tensors: tf.Tensor[]): number => {
      const found = pluginFor(plugin.backendName)?.firstNonFinite?.(tensors);
      const tensor = tf.engine().makeTensorFromTensorInfo(found as tf.TensorInfo);
      const [value] = tensor.dataSync();
      tf.dispose([tensor, ...tensors]);
      return value as number;
    };
    expect(index(tf.ones([3]), tf.tensor1d([1, NaN]), tf.tensor1d([Infinity]))).toBe(1);
    expect(index(tf.tensor1d([3e38, 1e-45, -0]), tf.tensor1d([1], 'int32'))).toBe(-1);
    expect(index(tf.tensor1d([-Infinity]))).toBe(0);
  });
  it('is bit for bit the stock backend without a policy and under float32', async () => {
    const program = (): tf.Tensor =>
      tf.softmax(
        tf.matMul(
          tf.relu(tf.matMul(noise([20, 30], 1) as tf.Tensor2D, noise([30, 20], 2) as tf.Tensor2D)),
          noise([20, 10], 3) as tf.Tensor2D,
        ),
      );
    const expected = await onStock(base, program);
    expect(values(program)).toBeBitEqual(expected);
    expect(values(() => fullPrecision(program))).toBeBitEqual(expected);
  });
});

describe('options of rounding', () => {
  let plugin: EmulatedHandle | undefined;
  afterEach(() => plugin?.dispose());
  const INPUT = Float32Array.of(1 + 3 * 2 ** -12, -(1 + 3 * 2 ** -12), 1e5, -1e5, NaN, Infinity, 2 ** -26);
  const narrowed = (): Float32Array => values(() => toStorage(tf.tensor1d(INPUT), 'float16'));

  it('rounds toward zero', async () => {
    plugin = await useEmulated({ base: 'cpu', rounding: 'toward-zero' });
    expect(narrowed()).toBeBitEqual(round(INPUT, 'float16', { rounding: 'toward-zero' }));
  });
  it('saturates', async () => {
    plugin = await useEmulated({ base: 'wasm', overflow: 'saturate' });
    expect(narrowed()).toBeBitEqual(Float32Array.of(1.0009765625, -1.0009765625, 65504, -65504, NaN, 65504, 0));
  });
  it('draws anew for each tensor, and the same again from the same seed', async () => {
    const three = async (seed: number): Promise<Float32Array[]> => {
      plugin = await useEmulated({ base: 'cpu', rounding: 'stochastic', seed });
      const input = new Float32Array(512).fill(1 + 2 ** -11);
      const drawn = [1, 2].map(() => values(() => toStorage(tf.tensor1d(input), 'float16')));
      plugin.dispose();
      return drawn;
    };
    const [first, again, other] = [await three(1), await three(1), await three(50)];
    expect(again[0]).toBeBitEqual(first[0] as Float32Array);
    expect(again[1]).toBeBitEqual(first[1] as Float32Array);
    expect(first[1]).not.toBeBitEqual(first[0] as Float32Array);
    expect(other[0]).not.toBeBitEqual(first[0] as Float32Array);
  });
});
