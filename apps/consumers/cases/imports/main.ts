import * as tf from '@tensorflow/tfjs-core';
import { same } from '../ensure.ts';

const globals = (): string[] => Object.getOwnPropertyNames(globalThis).toSorted();
const registry = (): unknown => [
  tf.engine().backendNames(),
  ['Mean', 'Sum', 'FusedBatchNorm'].map((name) => tf.getGradient(name) !== undefined),
  ['halftone-webgpu', 'tensorflow', 'halftone-emulate'].map((name) => tf.getKernelsForBackend(name).length),
];
const symbols = (): string[] => Object.getOwnPropertySymbols(globalThis).map(String).toSorted();
const now = (): object => ({ registry: registry(), globals: globals(), symbols: symbols() });

async function importAll(names: readonly string[]): Promise<void> {
  const before = now();
  for (const name of names) {
    await import(`@halftone/${name}`);
    same(now(), before, `tfjs and the globals after importing @halftone/${name}`);
  }
}

await importAll(['float16', 'policy', 'loss-scale', 'autocast', 'optimizer', 'webgpu', 'node', 'emulate']);
await import('@tensorflow/tfjs-layers'); // registers gradients, and is models' peer
await importAll(['models']);
console.log('9 imports leave backends, gradients, kernels and globals alone');
