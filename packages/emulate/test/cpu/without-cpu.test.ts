import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Base } from '../../src/base/open-base.ts';
import { openBase, unknownTfjs } from '../../src/base/open-base.ts';
import type { KernelPlan } from '../../src/kernels/kernel-plan.ts';
import { planForWasm } from '../../src/kernels/kernel-plan.ts';
import { createCpuHelper, onCpu } from '../../src/kernels/on-cpu.ts';
import { required, runStock, store } from '../../src/kernels/own-kernel.ts';

// What is left where the package of the cpu backend is not installed beside wasm.
const undo: (() => void)[] = [];
let base: Base;
let plan: KernelPlan;
beforeAll(async () => {
  await tf.setBackend('wasm');
  base = await openBase({ base: 'wasm' }, undo);
  plan = planForWasm(base, null);
});
afterAll(() => {
  while (undo.length > 0) undo.pop()?.();
});
const info = (shape: number[]): tf.TensorInfo => ({
  dataId: base.backend.write(new Float32Array(tf.util.sizeFromShape(shape)), shape, 'float32'),
  shape,
  dtype: 'float32',
});
const kernel = (name: string): tf.KernelConfig => plan.kernels.find(({ kernelName }) => kernelName === name) as tf.KernelConfig;

it('names the kernels that are missing, and has none that give wrong numbers', () => {
  expect(plan.missing).toEqual(
    expect.arrayContaining(['Einsum', 'FFT', 'Conv3DBackpropInputV2', 'MaxPool3DGrad', 'Dilation2DBackpropFilter']),
  );
  expect(plan.kernels.map(({ kernelName }) => kernelName)).not.toEqual(expect.arrayContaining([plan.missing[0]]));
  expect(plan.cpu).toEqual({});
});

it('has the kernels that common layers train with', () => {
  const names = plan.kernels.map(({ kernelName }) => kernelName);
  expect(names).toEqual(
    expect.arrayContaining([
      'Conv2DBackpropFilter',
      'Conv2DBackpropInput',
      'DepthwiseConv2dNativeBackpropFilter',
      'MaxPoolGrad',
      'AvgPoolGrad',
      'EluGrad',
      'UnsortedSegmentSum',
      'ResizeBilinearGrad',
    ]),
  );
});

it('says what to install for inputs that our kernels cannot take', () => {
  const inputs = { x: info([1, 2, 5, 5]), dy: info([1, 3, 5, 5]) };
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NCHW', filterShape: [3, 3, 2, 3] };
  expect(() => kernel('Conv2DBackpropFilter').kernelFunc({ inputs, attrs, backend: base.backend })).toThrow(
    /Conv2DBackpropFilter cannot take these inputs on wasm alone, got x \[1, 2, 5, 5\], dy \[1, 3, 5, 5\]\. Install @tensorflow\/tfjs-backend-cpu/,
  );
});

it('says so when a kernel is called without its input, or gives too many numbers', () => {
  expect(() => required({ x: null }, 'x')).toThrow(/a kernel needs 'x', got none/);
  expect(() => store(base.backend, [2, 2], [1, 2, 3])).toThrow(/shape \[2, 2\] needs as many values, got 3/);
});

it('says so when tfjs itself lacks a kernel', async () => {
  expect(() => runStock(new Map(), 'BatchMatMul', { inputs: {}, backend: base.backend })).toThrow(
    /must have the kernel BatchMatMul, got none/,
  );
  const helper = createCpuHelper(await import('@tensorflow/tfjs-backend-cpu'));
  expect(() => onCpu(helper, 'Nonsense')({ inputs: {}, backend: base.backend })).toThrow(
    /must have the kernel Nonsense, got none on wasm and none on cpu/,
  );
});

it('tells which members a backend of another version lacks', () => {
  expect(unknownTfjs(base)).toBeNull();
  expect(unknownTfjs({ name: 'cpu', backend: base.backend })).toBe("tfjs's cpu backend lacks data, makeTensorInfo");
});
