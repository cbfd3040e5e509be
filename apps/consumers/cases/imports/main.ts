import * as tf from '@tensorflow/tfjs-core';
import { same } from '../ensure.ts';

const globals = (): string[] => Object.getOwnPropertyNames(globalThis).toSorted();
const registry = (): unknown => [
  tf.engine().backendNames(),
  ['Mean', 'Sum', 'FusedBatchNorm'].map((name) => tf.getGradient(name) !== undefined),
  ['halftone-webgpu', 'tensorflow', 'halftone-emulate'].map((name) => tf.getKernelsForBackend(name).length),
];
const symbols = (): string[] => Object.getOwnPropertySymbols(globalThis).map(String).toSorted();
const before = { registry: registry(), globals: globals(), symbols: symbols() };
for (const name of ['float16', 'policy', 'loss-scale', 'autocast', 'optimizer', 'webgpu', 'node', 'emulate']) {
  await import(`@halftone/${name}`);
  same({ registry: registry(), globals: globals(), symbols: symbols() }, before, `tfjs and the globals after importing @halftone/${name}`);
}
console.log('8 imports leave backends, gradients, kernels and globals alone');
