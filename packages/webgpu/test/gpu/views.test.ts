import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';
import { elementwiseKernels } from '../../src/kernels/elementwise/elementwise-kernels.ts';
import { viewKernels } from '../../src/kernels/views/view-kernels.ts';
import { installEager } from './eager-recorder.ts';

let handle: WebGPUHandle;
let seen: Map<string, number>;
beforeAll(async () => {
  handle = await useWebGPU();
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  seen = installEager(handle.backendName, [elementwiseKernels, viewKernels]);
});
afterAll(() => {
  handle?.dispose();
  tf.env().set('WEBGPU_CPU_FORWARD', true);
});

type View = (x: tf.Tensor) => tf.Tensor | tf.Tensor[];

/** Numbers of every dtype that tell each element from its neighbours. */
function counting(shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): tf.Tensor {
  const size = tf.util.sizeFromShape([...shape]);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => (dtype === 'bool' ? ((i * i) % 3) % 2 : i + 1)),
    [...shape],
    dtype,
  );
}

/** Against tfjs on the CPU: its WebGPU transpose of int32 and bool does not compile. */
async function equalsStock(view: View, shape: readonly number[], dtype: 'float32' | 'int32' | 'bool' = 'float32'): Promise<void> {
  const run = async (): Promise<{ shape: number[]; dtype: string; values: number[] }[]> => {
    const results = tf.tidy(() => [view(counting(shape, dtype))].flat());
    const read = await Promise.all(results.map(async (t) => ({ shape: t.shape, dtype: t.dtype, values: Array.from(await t.data()) })));
    tf.dispose(results);
    return read;
  };
  const before = tf.memory().numBytes;
  const ours = await run();
  expect(tf.memory().numBytes).toBe(before);
  await tf.setBackend('cpu');
  const stock = await run();
  await tf.setBackend(handle.backendName);
  expect(ours).toEqual(stock);
}

const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
const dtypes = fc.constantFrom('float32', 'int32', 'bool');
const check = (name: string, arbitrary: fc.Arbitrary<{ shape: number[]; view: View }>, numRuns = 25): void =>
  it(name, () =>
    fc.assert(
      fc.asyncProperty(arbitrary, dtypes, ({ shape, view }, dtype) => equalsStock(view, shape, dtype)),
      { numRuns, seed: 7 },
    ),
  );

/** For each axis something drawn from its length. */
const perAxis = <T>(shape: number[], draw: (length: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.tuple(...shape.map(draw));
const interval = (length: number): fc.Arbitrary<[number, number]> =>
  fc.integer({ min: 0, max: length - 1 }).chain((begin) => fc.integer({ min: 1, max: length - begin }).map((size) => [begin, size]));

describe('views of random shapes equal tfjs exactly', () => {
  check(
    'transpose',
    shapes.chain((shape) =>
      fc
        .shuffledSubarray(
          shape.map((_, axis) => axis),
          { minLength: shape.length },
        )
        .map((perm) => ({ shape, view: (x) => tf.transpose(x, perm) })),
    ),
  );
  check(
    'slice',
    shapes.chain((shape) =>
      perAxis(shape, interval).map((parts) => ({
        shape,
        view: (x) =>
          tf.slice(
            x,
            parts.map(([begin]) => begin),
            parts.map(([, size]) => size),
          ),
      })),
    ),
  );
  check(
    'strided slice, backwards too',
    shapes.chain((shape) =>
      perAxis(shape, (length) => fc.tuple(interval(length), fc.constantFrom(1, 2, 3, -1, -2))).map((parts) => {
        const begin = parts.map(([[from, size], step]) => (step > 0 ? from : from + size - 1));
        const end = parts.map(([[from, size], step]) => (step > 0 ? from + size : from - 1));
        const masks = end.reduce((mask, place, axis) => (place < 0 ? mask | (1 << axis) : mask), 0); // -1 would count from the end
        return {
          shape,
          view: (x) =>
            tf.stridedSlice(
              x,
              begin,
              end,
              parts.map(([, step]) => step),
              0,
              masks,
            ),
        };
      }),
    ),
  );
  check(
    'reverse',
    shapes.chain((shape) => fc.subarray(shape.map((_, axis) => axis)).map((axes) => ({ shape, view: (x) => tf.reverse(x, axes) }))),
  );
  check(
    'tile',
    shapes.chain((shape) => perAxis(shape, () => fc.integer({ min: 1, max: 3 })).map((reps) => ({ shape, view: (x) => tf.tile(x, reps) }))),
  );
  check(
    'unstack and split',
    shapes.chain((shape) =>
      fc.nat(shape.length - 1).map((axis) => ({
        shape,
        view: (x) => [
          ...tf.unstack(x, axis),
          ...tf.split(x, [shape[axis] ?? 1], axis),
          ...tf.split(
            x,
            Array.from({ length: shape[axis] ?? 1 }, () => 1),
            axis,
          ),
        ],
      })),
    ),
    10,
  );
  check(
    'broadcast to more and longer dimensions',
    shapes.chain((shape) =>
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 })).map(([more, longer]) => ({
        shape: [...shape.slice(0, 3), 1],
        view: (x) => tf.broadcastTo(x, [more, ...x.shape.slice(0, -1), longer].slice(-4) as [number]),
      })),
    ),
  );
});

describe('special views', () => {
  it('take new and shrunken axes as stock does', () =>
    equalsStock((x) => tf.stridedSlice(x, [0, 1, 0], [3, 2, 4], [2, 1, 1], 0, 0, 0, 1, 2), [3, 4, 5]));
  it('share the data where nothing moves', async () => {
    seen.clear();
    await equalsStock((x) => tf.transpose(x, [1, 0, 2]), [5, 1, 3]);
    await equalsStock((x) => tf.slice(x, [0, 0], [4, 3]), [4, 3]);
    await equalsStock((x) => tf.tile(x, [1, 1]), [4, 3]);
    await equalsStock((x) => tf.unstack(x, 0), [1, 3]);
    expect([...seen.keys()]).toEqual([]);
  });
  it('have more dimensions than stock can tile', async () => {
    const x = counting([2, 1, 2, 1, 3, 2], 'float32');
    const tiled = tf.tile(x, [2, 3, 1, 2, 2, 1]);
    const again = await tf
      .stack(
        Array.from({ length: 3 }, () => tf.concat([tf.squeeze(x, [1]), tf.squeeze(x, [1])], 0)),
        1,
      )
      .data();
    const inner = tf.unstack(tf.unstack(tiled, 3)[0] as tf.Tensor, 3).slice(0, 3);
    expect(tiled.shape).toEqual([4, 3, 2, 2, 6, 2]);
    expect(await tf.stack(inner, 3).data()).toBeBitEqual(again as Float32Array);
  });
  it('leave strings, complex numbers and empty results to stock', async () => {
    expect(await tf.slice(tf.tensor1d(['a', 'b', 'c']), [1], [2]).data()).toEqual(['b', 'c']);
    expect(tf.slice(tf.ones([3, 4]), [0, 0], [0, 4]).shape).toEqual([0, 4]);
    const turned = tf.transpose(tf.complex(tf.ones([2, 3]), tf.zeros([2, 3])));
    expect(turned.shape).toEqual([3, 2]);
  });
});

describe('gradients through views', () => {
  it('equal stock', async () => {
    const f = (x: tf.Tensor): tf.Tensor =>
      tf.tidy(() =>
        tf.grad((t) => tf.sum(tf.mul(tf.square(tf.transpose(tf.slice(t, [1, 0, 2], [2, 4, 3]), [2, 0, 1])), tf.tile(tf.range(1, 5), [1]))))(
          x,
        ),
      );
    await equalsStock(f, [3, 4, 5]);
  });
});
