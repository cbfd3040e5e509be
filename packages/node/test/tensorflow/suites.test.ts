import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import * as autocast from '@halftone/autocast';
import { describeInterleaving } from '@halftone/testing/interleaving-suite';
import { describeLifetimes } from '@halftone/testing/lifetime-suite';
import { describePlugin } from '@halftone/testing/plugin-suite';
import { registerNode } from '../../src/index.ts';

for (const format of ['float16', 'bfloat16'] as const) {
  const options = {
    name: 'tfjs-node',
    register: () => registerNode(),
    format,
    tf,
    autocast,
    reshape: 'computes',
    backend: 'stock',
  } as const;
  describePlugin(options);
  describeLifetimes(options);
  describeInterleaving(options);
}
