import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import * as autocast from '@halftone/autocast';
import { describeInterleaving } from '@halftone/testing/interleaving-suite';
import { describeLifetimes } from '@halftone/testing/lifetime-suite';
import { describePlugin } from '@halftone/testing/plugin-suite';
import { registerWebGPU } from '../../src/index.ts';

/** Node has no canvas, by which tfjs reads synchronously. */
const dataSync = 'OffscreenCanvas' in globalThis ? 'canvas' : 'throws';
const plugins = [
  { name: 'webgpu', register: () => registerWebGPU(), formats: ['float16', 'bfloat16'] },
  { name: 'webgpu packed', register: () => registerWebGPU({ codec: 'packed-f16' }), formats: ['float16'] },
  { name: 'webgpu op by op', register: () => registerWebGPU({ fusion: 'off' }), formats: ['float16'] },
] as const;

for (const { name, register, formats } of plugins) {
  for (const format of formats) {
    const options = { name, register, format, tf, autocast, dataSync } as const;
    describePlugin(options);
    describeLifetimes(options);
    describeInterleaving(options);
  }
}
