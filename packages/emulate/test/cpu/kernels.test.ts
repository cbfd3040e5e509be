import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import type { EmulatedHandle } from '../../src/index.ts';
import { registerEmulated } from '../../src/index.ts';
import { type Inputs, noise, runKernel } from './run-kernel.ts';

let plugin: EmulatedHandle;
beforeAll(async () => {
  plugin = await registerEmulated();
});
afterAll(() => plugin?.dispose());

const RUNS = { seed: 5, numRuns: 40 };
const ours = 'halftone-emulate';

/** A convolution with odd sizes; sizes of 1 included. */
const convolution = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    size: fc.tuple(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 1, max: 11 })),
    filter: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    channels: fc.integer({ min: 1, max: 5 }),
    outputs: fc.integer({ min: 1, max: 5 }),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    pad: fc.constantFrom('same' as const, 'valid' as const, 1),
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .filter(({ size, filter, pad }) => size.every((length, i) => pad === 'same' || length + (pad === 1 ? 2 : 0) >= (filter[i] as number)));

type Convolution = typeof convolution extends fc.Arbitrary<infer T> ? T : never;

function geometry(
  { batch, size, filter, channels, outputs, strides, pad }: Convolution,
  { depthwise, dilations = [1, 1] }: { depthwise: boolean; dilations?: [number, number] },
) {
  const inputShape: [number, number, number, number] = [batch, ...size, channels];
  const filterShape: [number, number, number, number] = [...filter, channels, outputs];
  const { outShape } = tf.backend_util.computeConv2DInfo(inputShape, filterShape, strides, dilations, pad, 'floor', depthwise);
  return {
    inputShape,
    filterShape,
    outShape,
    attrs: { strides, pad, dilations, dataFormat: 'NHWC', dimRoundingMode: 'floor', filterShape, inputShape },
  };
}

describe.each([
  ['Conv2DBackpropFilter', false, 'filter'],
  ['Conv2DBackpropInput', false, 'input'],
  ['DepthwiseConv2dNativeBackpropFilter', true, 'filter'],
  ['DepthwiseConv2dNativeBackpropInput', true, 'input'],
] as const)('%s', (kernelName, depthwise, wanted) => {
  it('gives the numbers of the cpu backend for any size, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async (shape) => {
        const { inputShape, filterShape, outShape, attrs } = geometry(shape, { depthwise });
        const make = (): Inputs => ({
          dy: noise(outShape, shape.seed),
          ...(wanted === 'filter' ? { x: noise(inputShape, shape.seed + 1) } : { filter: noise(filterShape, shape.seed + 1) }),
        });
        const terms = wanted === 'filter' ? outShape[0] * outShape[1] * outShape[2] : filterShape[0] * filterShape[1] * filterShape[3];
        const expected = await runKernel('cpu', kernelName, make, attrs);
        expect(await runKernel(ours, kernelName, make, attrs)).toBeCloseInFormat(expected, 'float32', { terms, scale: 4 });
      }),
      RUNS,
    );
  });
});

it('the gradients of a dilated depthwise convolution are its adjoints', async () => {
  await fc.assert(
    fc.asyncProperty(convolution, fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), async (drawn, dilations) => {
      const shape = { ...drawn, pad: 'same' as const, strides: [1, 1] as [number, number] };
      const { inputShape, filterShape, outShape, attrs } = geometry(shape, { depthwise: true, dilations });
      const [x, filter, dy] = [
        (): tf.Tensor => noise(inputShape, 1),
        (): tf.Tensor => noise(filterShape, 2),
        (): tf.Tensor => noise(outShape, 3),
      ];
      const y = await runKernel(ours, 'DepthwiseConv2dNative', () => ({ x: x(), filter: filter() }), attrs);
      const dx = await runKernel(ours, 'DepthwiseConv2dNativeBackpropInput', () => ({ dy: dy(), filter: filter() }), attrs);
      const dw = await runKernel(ours, 'DepthwiseConv2dNativeBackpropFilter', () => ({ x: x(), dy: dy() }), attrs);
      const dot = (a: ArrayLike<number>, b: tf.Tensor): number =>
        b.dataSync<'float32'>().reduce((sum, value, i) => sum + value * (a[i] as number), 0);
      const forward = tf.tidy(() => dot(y, dy()));
      const terms = y.length * filterShape[0] * filterShape[1];
      expect([tf.tidy(() => dot(dx, x())), tf.tidy(() => dot(dw, filter()))]).toBeCloseInFormat([forward, forward], 'float32', {
        terms,
        scale: 16,
      });
    }),
    { seed: 6, numRuns: 25 },
  );
});

it('Conv2DBackpropFilter adds up many chunks of patches', async () => {
  const shape: [number, number, number, number] = [3, 40, 40, 24];
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape: [5, 5, 24, 3] };
  const make = (): Inputs => ({ x: noise(shape, 1), dy: noise([3, 40, 40, 3], 2) });
  const expected = await runKernel('cpu', 'Conv2DBackpropFilter', make, attrs);
  expect(await runKernel(ours, 'Conv2DBackpropFilter', make, attrs)).toBeCloseInFormat(expected, 'float32', { terms: 4800, scale: 16 });
});

it('Conv2DBackpropInput gives the very bits of stock wasm', async () => {
  await fc.assert(
    fc.asyncProperty(convolution, async (shape) => {
      const { inputShape, filterShape, outShape, attrs } = geometry(
        { ...shape, pad: shape.pad === 1 ? 'same' : shape.pad },
        { depthwise: false },
      );
      const make = (): Inputs => ({ dy: noise(outShape, shape.seed), filter: noise(filterShape, 9) });
      const expected = await runKernel('wasm', 'Conv2DBackpropInput', make, { ...attrs, inputShape });
      expect(await runKernel(ours, 'Conv2DBackpropInput', make, { ...attrs, inputShape })).toBeBitEqual(expected);
    }),
    RUNS,
  );
});

it.each(['Conv2DBackpropInput', 'Conv2DBackpropFilter'])(
  '%s takes a gradient that is larger than the output, as conv2dTranspose hands in',
  async (kernelName) => {
    const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', inputShape: [2, 4, 4, 3], filterShape: [3, 3, 3, 2] };
    const make = (): Inputs => ({
      dy: noise([2, 8, 7, 2], 1),
      ...(kernelName === 'Conv2DBackpropInput' ? { filter: noise([3, 3, 3, 2], 2) } : { x: noise([2, 4, 4, 3], 2) }),
    });
    const expected = await runKernel('cpu', kernelName, make, attrs);
    expect(await runKernel(ours, kernelName, make, attrs)).toBeCloseInFormat(expected, 'float32', { terms: 32, scale: 4 });
  },
);

it('channels that come first go to the cpu backend, and are counted', async () => {
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NCHW', filterShape: [3, 3, 2, 3] };
  const make = (): Inputs => ({ x: noise([1, 2, 5, 5], 1), dy: noise([1, 3, 5, 5], 2) });
  const before = plugin.fallbacks()['Conv2DBackpropFilter'] ?? 0;
  const expected = await runKernel('cpu', 'Conv2DBackpropFilter', make, attrs);
  expect(await runKernel(ours, 'Conv2DBackpropFilter', make, attrs)).toBeBitEqual(expected);
  expect(plugin.fallbacks()['Conv2DBackpropFilter']).toBe(before + 1);
});

describe('MaxPoolGrad', () => {
  const poolings = fc.record({
    size: fc.integer({ min: 3, max: 10 }),
    filter: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    pad: fc.constantFrom('same' as const, 'valid' as const),
    channels: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer({ min: 1, max: 1000 }),
  });
  it('gives the numbers of the cpu backend, also where all numbers are negative or equal', async () => {
    await fc.assert(
      fc.asyncProperty(
        poolings,
        fc.constantFrom('normal', 'negative', 'ties'),
        async ({ size, filter, stride, pad, channels, seed }, kind) => {
          const shape: [number, number, number, number] = [2, size, size + 1, channels];
          const { outShape } = tf.backend_util.computePool2DInfo(shape, filter, stride, 1, pad);
          const input = (): tf.Tensor => {
            const x = noise(shape, seed);
            return kind === 'normal' ? x : kind === 'negative' ? tf.neg(tf.abs(x)) : tf.relu(tf.round(x));
          };
          const make = (): Inputs => ({ dy: noise(outShape, seed + 1), input: input(), output: tf.zeros(outShape) });
          const attrs = { filterSize: filter, strides: stride, pad };
          const expected = await runKernel('cpu', 'MaxPoolGrad', make, attrs);
          expect(await runKernel(ours, 'MaxPoolGrad', make, attrs)).toBeCloseInFormat(expected, 'float32', { terms: 9, scale: 4 });
        },
      ),
      RUNS,
    );
  });
});

it('UnsortedSegmentSum adds rows by segment and drops those of none', async () => {
  const make = (): Inputs => ({
    x: noise([40, 3, 2], 1),
    segmentIds: tf.tensor1d(
      Array.from({ length: 40 }, (_, i) => (i * 7) % 6),
      'int32',
    ),
  });
  for (const numSegments of [1, 4, 9]) {
    const expected = await runKernel('cpu', 'UnsortedSegmentSum', make, { numSegments });
    expect(await runKernel(ours, 'UnsortedSegmentSum', make, { numSegments })).toBeCloseInFormat(expected, 'float32', {
      terms: 40,
      scale: 3,
    });
  }
});

it('Tile repeats numbers, integers and booleans as the cpu backend does', async () => {
  const cases = fc.record({
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
    seed: fc.integer({ min: 1, max: 100 }),
    dtype: fc.constantFrom('float32', 'int32', 'bool'),
  });
  await fc.assert(
    fc.asyncProperty(
      cases,
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
      async ({ shape, seed, dtype }, all) => {
        const attrs = { reps: all.slice(0, shape.length) };
        const make = (): Inputs => ({ x: tf.cast(tf.mul(noise(shape, seed), 3), dtype as 'float32') });
        expect(await runKernel(ours, 'Tile', make, attrs)).toBeBitEqual(await runKernel('cpu', 'Tile', make, attrs));
      },
    ),
    RUNS,
  );
});

it('Cast to bool asks whether a number is zero', async () => {
  const make = (): Inputs => ({ x: tf.tensor1d([0, -0, 0.5, 2, NaN, -1e-40]) });
  expect([...(await runKernel(ours, 'Cast', make, { dtype: 'bool' }))]).toEqual([0, 0, 1, 1, 1, 1]);
});

describe('_FusedMatMul', () => {
  it.each([
    { transposeA: false, transposeB: false, batch: 1 },
    { transposeA: true, transposeB: false, batch: 1 },
    { transposeA: false, transposeB: true, batch: 1 },
    { transposeA: true, transposeB: true, batch: 3 },
    { transposeA: false, transposeB: false, batch: 3 },
  ])('adds the bias once and applies the activation once: %o', async ({ transposeA, transposeB, batch }) => {
    for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu']) {
      const make = (): Inputs => ({
        a: noise(transposeA ? [batch, 100, 5] : [batch, 5, 100], 1),
        b: noise(transposeB ? [batch, 7, 100] : [batch, 100, 7], 2),
        bias: noise([7], 3),
        ...(activation === 'prelu' ? { preluActivationWeights: noise([7], 4) } : {}),
      });
      const attrs = { transposeA, transposeB, activation, leakyreluAlpha: 0.3 };
      const expected = await runKernel('cpu', '_FusedMatMul', make, attrs);
      expect(await runKernel(ours, '_FusedMatMul', make, attrs), activation).toBeCloseInFormat(expected, 'float32', {
        terms: 100,
        scale: 4,
      });
    }
  });
  it('takes a bias of rank 2', async () => {
    const make = (): Inputs => ({ a: noise([1, 2, 3], 1), b: noise([1, 3, 4], 2), bias: noise([1, 4], 3) });
    const attrs = { transposeA: false, transposeB: false, activation: 'relu' };
    expect(await runKernel(ours, '_FusedMatMul', make, attrs)).toBeCloseInFormat(
      await runKernel('cpu', '_FusedMatMul', make, attrs),
      'float32',
      { terms: 3, scale: 4 },
    );
  });
});

describe('kernels that wasm has wrong run on the cpu backend', () => {
  const conv3d = { strides: 2, pad: 'same', inputShape: [1, 4, 4, 4, 2], filterShape: [3, 3, 3, 2, 2] };
  const dilation = { strides: 1, pad: 'same', dilations: 1 };
  const cases: readonly [string, () => Inputs, object][] = [
    ['Conv3DBackpropInputV2', () => ({ dy: noise([1, 2, 2, 2, 2], 1), filter: noise([3, 3, 3, 2, 2], 2) }), conv3d],
    ['Conv3DBackpropFilterV2', () => ({ dy: noise([1, 2, 2, 2, 2], 1), x: noise([1, 4, 4, 4, 2], 2) }), conv3d],
    ['Dilation2DBackpropInput', () => ({ x: noise([1, 4, 4, 2], 1), filter: noise([2, 2, 2], 2), dy: noise([1, 4, 4, 2], 3) }), dilation],
    ['Dilation2DBackpropFilter', () => ({ x: noise([1, 4, 4, 2], 1), filter: noise([2, 2, 2], 2), dy: noise([1, 4, 4, 2], 3) }), dilation],
    [
      'MaxPool3DGrad',
      () => ({ dy: noise([1, 2, 2, 2, 2], 1), input: tf.neg(tf.abs(noise([1, 4, 4, 4, 2], 2))), output: noise([1, 2, 2, 2, 2], 3) }),
      { filterSize: 2, strides: 2, pad: 'valid' },
    ],
  ];
  it.each(cases)('%s', async (kernelName, make, attrs) => {
    const expected = await runKernel('cpu', kernelName, make, attrs);
    expect(await runKernel(ours, kernelName, make, attrs)).toBeBitEqual(expected);
    expect(await runKernel('wasm', kernelName, make, attrs), 'wasm is right now: take the row out').not.toBeBitEqual(expected);
    expect(plugin.capabilities.cpuKernels).toHaveProperty(kernelName);
  });
});

describe('what wasm has no kernel for', () => {
  const read = async (fn: () => tf.Tensor): Promise<Float32Array> => {
    const result = tf.tidy(fn);
    const values = result.dataSync().slice() as Float32Array;
    result.dispose();
    return values;
  };
  it.each([
    ['einsum', () => tf.einsum('ij,jk->ik', noise([3, 4], 1), noise([4, 5], 2))],
    ['a Fourier transform', () => tf.real(tf.spectral.fft(tf.complex(noise([2, 8], 1), noise([2, 8], 2))))],
    ['the magnitude of complex numbers', () => tf.abs(tf.complex(noise([9], 1), noise([9], 2)))],
    [
      'reshaping and joining complex numbers',
      () => tf.imag(tf.concat([1, 2].map((seed) => tf.reshape(tf.complex(noise([4, 6], seed), noise([4, 6], 3)), [6, 4])))),
    ],
    [
      'a product of complex numbers',
      () => tf.real(tf.mul(tf.complex(noise([5], 1), noise([5], 2)), tf.complex(noise([5], 3), noise([5], 4)))),
    ],
    ['a cast to complex', () => tf.real(tf.cast(noise([5], 1), 'complex64'))],
  ])('%s works', async (_, fn) => {
    await tf.setBackend('cpu');
    const expected = await read(fn);
    await tf.setBackend(ours);
    const { numTensors, numDataBuffers } = tf.memory();
    expect(await read(fn)).toBeCloseInFormat(expected, 'float32', { terms: 8, scale: 4 });
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
  });
  it('text goes there and back', async () => {
    await tf.setBackend(ours);
    const text = tf.tidy(() => tf.string.staticRegexReplace(tf.tensor1d(['half tone', 'semi tone']), 'tone', 'step'));
    expect(await text.data()).toEqual(['half step', 'semi step']);
    text.dispose();
  });
});
