import * as tf from '@tensorflow/tfjs-core';
import { autocast, explain, storageOf } from '@halftone/autocast';
import { useEmulated } from '@halftone/emulate';
import { round } from '@halftone/float16';
import { ensure, same } from '../ensure.ts';

const handle = await useEmulated({ base: 'wasm' });
same(tf.getBackend(), 'halftone-emulate', 'backend');
const a = tf.tensor2d(
  Float32Array.from({ length: 1024 }, (_, i) => Math.sin(i)),
  [32, 32],
);
const exact = tf.add(a, a);
const half = autocast('param=float32,compute=float16,output=float16', () => tf.mul(tf.matMul(a, a), tf.scalar(1 / 3)));
same([storageOf(exact), storageOf(half)], ['float32', 'float16'], 'storage');
const values = await half.data<'float32'>();
same(values, round(values, 'float16'), 'every number is a half');
const { kernels } = explain(() => autocast('mixed_float16', () => tf.matMul(a, a)));
ensure(kernels.length > 0, 'explain says what was decided');
handle.dispose();
console.log(`wasm below, ${kernels.length} kernels explained`);
