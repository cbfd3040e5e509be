import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import { avoidedKernels } from '../../src/device/avoided-kernels.ts';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';
import { convKernels } from '../../src/kernels/conv/conv-kernels.ts';

const AVOIDED = 'the plug-in gives this driver no filter gradient of ours';
let handle: WebGPUHandle;
let avoided: ReadonlySet<string>;
const asked: string[] = [];

beforeAll(async () => {
  handle = await useWebGPU();
  // by the driver's own name: Chromium on Mesa's CPU driver reports the architecture of SwiftShader, in whose place that is
  avoided = avoidedKernels({ architecture: '', description: handle.capabilities.adapter.description });
  const stock = (name: string): tf.KernelFunc => {
    const run = tf.getKernel(name, 'webgpu')?.kernelFunc as tf.KernelFunc;
    return (params) => {
      asked.push(name);
      return run(params);
    };
  };
  for (const { kernelName, kernelFunc } of convKernels(stock)) {
    tf.unregisterKernel(kernelName, handle.backendName);
    tf.registerKernel({ kernelName, backendName: handle.backendName, kernelFunc });
  }
});
afterAll(() => handle?.dispose());

const random = (shape: number[], seed: number): tf.Tensor => tf.randomUniform(shape, -1, 1, 'float32', seed);

/** Runs on ours and on stock; the results as numbers. */
async function both(run: () => tf.Tensor[]): Promise<[ours: Float32Array[], stock: Float32Array[]]> {
  const results: Float32Array[][] = [];
  for (const backend of [handle.backendName, 'webgpu']) {
    await tf.setBackend(backend);
    const tensors = tf.tidy(run);
    results.push((await Promise.all(tensors.map((tensor) => tensor.data()))) as Float32Array[]);
    tf.dispose(tensors);
  }
  await tf.setBackend(handle.backendName);
  return results as [Float32Array[], Float32Array[]];
}

const GRADIENTS = [
  { name: 'conv2d same', x: [2, 9, 8, 3], w: [3, 3, 3, 8], strides: 1, pad: 'same', depthwise: false },
  { name: 'conv2d valid with stride', x: [2, 11, 7, 8], w: [3, 2, 8, 5], strides: 2, pad: 'valid', depthwise: false },
  { name: 'conv2d 1x1', x: [3, 6, 5, 16], w: [1, 1, 16, 12], strides: 1, pad: 'same', depthwise: false },
  { name: 'conv2d with pad 1', x: [1, 7, 7, 4], w: [3, 3, 4, 4], strides: 2, pad: 1, depthwise: false },
  { name: 'conv2d in several parts', x: [4, 20, 20, 1], w: [3, 3, 1, 4], strides: 1, pad: 'same', depthwise: false },
  { name: 'depthwise same', x: [2, 9, 8, 8], w: [3, 3, 8, 1], strides: 1, pad: 'same', depthwise: true },
  { name: 'depthwise with stride and multiplier', x: [2, 9, 8, 3], w: [3, 3, 3, 2], strides: 2, pad: 'same', depthwise: true },
] as const;

describe('through tfjs, equal stock within float32 rounding', () => {
  it.for(GRADIENTS)('value and gradients of $name', async ({ x, w, strides, pad, depthwise }, { skip }) => {
    skip(avoided.has(depthwise ? 'DepthwiseConv2dNativeBackpropFilter' : 'Conv2DBackpropFilter'), AVOIDED);
    asked.length = 0;
    const conv = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      (depthwise ? tf.depthwiseConv2d : tf.conv2d)(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
    const [ours, stock] = await both(() => {
      const [a, b] = [random([...x], 1), random([...w], 2)];
      return [conv(a, b), ...tf.grads((p, q) => tf.sum(tf.square(conv(p as tf.Tensor, q as tf.Tensor))))([a, b])];
    });
    ours.forEach((values, i) => expect(values).toBeCloseInFormat(stock[i] as Float32Array, 'float32', { terms: 64 }));
    expect(asked).toEqual([]); // not one fell back
  });

  it.each(['relu', 'leakyrelu', 'prelu'] as const)('fused convolutions with %s', async (activation) => {
    const [ours, stock] = await both(() => {
      const slopes = activation === 'prelu' ? { preluActivationWeights: random([8], 5) } : {};
      const end = { strides: 1, pad: 'same', bias: random([8], 3), activation, leakyreluAlpha: 0.3, ...slopes } as const;
      const x = random([2, 6, 6, 8], 1) as tf.Tensor4D;
      return [
        tf.fused.conv2d({ ...end, x, filter: random([3, 3, 8, 8], 2) as tf.Tensor4D }),
        tf.fused.depthwiseConv2d({ ...end, x, filter: random([3, 3, 8, 1], 4) as tf.Tensor4D }),
      ];
    });
    ours.forEach((values, i) => expect(values).toBeCloseInFormat(stock[i] as Float32Array, 'float32', { terms: 64 }));
  });

  it('a transposed convolution', async () => {
    const [ours, stock] = await both(() => [
      tf.conv2dTranspose(random([2, 5, 5, 8], 1) as tf.Tensor4D, random([3, 3, 4, 8], 2) as tf.Tensor4D, [2, 10, 10, 4], 2, 'same'),
    ]);
    expect(ours[0]).toBeCloseInFormat(stock[0] as Float32Array, 'float32', { terms: 64 });
  });
});

describe('gradients', () => {
  it('equal central differences, exactly where every number is an integer', async ({ skip }) => {
    skip(avoided.has('Conv2DBackpropFilter'), AVOIDED);
    const small = (shape: number[], seed: number): tf.Tensor => tf.tidy(() => tf.round(tf.mul(random(shape, seed), 3)));
    const [x, w, c] = [small([1, 4, 4, 2], 1), small([2, 2, 2, 3], 2), small([1, 2, 2, 3], 3)] as tf.Tensor4D[];
    const loss = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Scalar => tf.sum(tf.mul(tf.conv2d(a, b, 2, 'same'), c as tf.Tensor));
    const [dx, dw] = tf.grads((a, b) => loss(a as tf.Tensor4D, b as tf.Tensor4D))([x as tf.Tensor, w as tf.Tensor]) as [
      tf.Tensor,
      tf.Tensor,
    ];
    const shifted = async (of: tf.Tensor, at: number, by: number): Promise<tf.Tensor4D> => {
      const values = (await of.data()).slice() as Float32Array;
      values[at] = (values[at] as number) + by;
      return tf.tensor4d(values, of.shape as [number, number, number, number]);
    };
    const difference = async (of: tf.Tensor, at: number, run: (moved: tf.Tensor4D) => tf.Scalar): Promise<number> => {
      const [up, down] = [run(await shifted(of, at, 1)), run(await shifted(of, at, -1))];
      return (((await up.data())[0] as number) - ((await down.data())[0] as number)) / 2;
    };
    const [gx, gw] = [await dx.data(), await dw.data()];
    for (const at of [0, 7, 30]) expect(gx[at]).toBe(await difference(x as tf.Tensor, at, (moved) => loss(moved, w as tf.Tensor4D)));
    for (const at of [0, 5, 23]) expect(gw[at]).toBe(await difference(w as tf.Tensor, at, (moved) => loss(x as tf.Tensor4D, moved)));
  });
});

describe('what is not covered', () => {
  it('goes to stock: channels first, empty tensors', async () => {
    asked.length = 0;
    const y = tf.conv2d(random([1, 3, 6, 6], 1) as tf.Tensor4D, random([3, 3, 3, 4], 2) as tf.Tensor4D, 1, 'same', 'NCHW');
    expect(y.shape).toEqual([1, 4, 6, 6]);
    await y.data();
    expect(asked).toEqual(['Conv2D']);
  });
  it('is not held on to: no tensor is left behind', async ({ skip }) => {
    skip(avoided.has('Conv2DBackpropFilter'), AVOIDED);
    const run = async (): Promise<void> => {
      const tensors = tf.tidy(() => {
        const [a, b] = [random([4, 20, 20, 1], 1), random([3, 3, 1, 4], 2)] as [tf.Tensor4D, tf.Tensor4D];
        return tf.grads((p, q) => tf.sum(tf.conv2d(p as tf.Tensor4D, q as tf.Tensor4D, 1, 'same')))([a, b]);
      });
      await Promise.all(tensors.map((tensor) => tensor.data()));
      tf.dispose(tensors);
    };
    await run();
    const backend = tf.backend() as unknown as { tensorMap: { numDataIds(): number } };
    const before = [tf.memory().numTensors, backend.tensorMap.numDataIds()];
    await run();
    expect([tf.memory().numTensors, backend.tensorMap.numDataIds()]).toEqual(before);
  });
});
