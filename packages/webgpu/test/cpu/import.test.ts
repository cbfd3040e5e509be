import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, it } from 'vitest';

function registry(): unknown {
  const engine = tf.engine();
  return {
    backends: Object.keys(engine.registryFactory),
    kernels: ['cpu', 'webgpu', 'wasm', 'halftone-webgpu'].map((name) => tf.getKernelsForBackend(name).length),
    gradient: tf.getGradient('Mean'),
    globals: Object.keys(globalThis),
    shared: Object.getOwnPropertySymbols(globalThis).map(String),
  };
}

it('importing the package changes nothing: no backend, kernel, gradient or global is added', async () => {
  const before = registry();
  const module = await import('../../src/index.ts');
  expect(Object.keys(module).sort()).toEqual([
    'DeviceLostError',
    'DeviceMemoryError',
    'layerNorm',
    'registerWebGPU',
    'softmaxCrossEntropy',
    'useWebGPU',
  ]);
  expect(registry()).toEqual(before);
});
