import * as tf from '@tensorflow/tfjs-core';
import { autocast, storageOf } from '@halftone/autocast';
import { useWebGPU } from '@halftone/webgpu';
import { same } from '../ensure.ts';

const handle = await useWebGPU(); // with a copy of autocast of its own
const a = tf.ones([32, 32]);
same(
  autocast('mixed_float16', () => storageOf(tf.matMul(a, a))),
  'float16',
  'a scope of one copy, a plug-in of the other',
);
handle.dispose();
console.log('two copies of the same version share their scopes');
process.exit(0); // Dawn keeps a thread
