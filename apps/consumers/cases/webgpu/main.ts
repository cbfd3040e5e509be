import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // brings the gradients of the ops
import { autocast, setDefaultPolicy, storageOf, toStorage } from '@halftone/autocast';
import { registerWebGPU, useWebGPU } from '@halftone/webgpu';
import { ensure, isInstalled, same } from '../ensure.ts';

same(await isInstalled('@halftone/optimizer'), false, 'the optimizer is not installed');
same(tf.engine().backendNames(), [], 'importing registered no backend');
const handle = await useWebGPU();
same(tf.getBackend(), 'halftone-webgpu', 'backend');

const a = tf.randomNormal([64, 64], 0, 1, 'float32', 3);
const exact = tf.matMul(a, a);
same(storageOf(exact), 'float32', 'without a policy');
const { half, inside } = autocast('mixed_float16', () => {
  const product = tf.matMul(a, a);
  return { half: product, inside: storageOf(product) };
});
same([inside, storageOf(half), half.dtype], ['float16', 'float32', 'float32'], 'under a policy whose output is float32');
const [x, y] = [await exact.data(), await half.data()];
ensure(
  x.every((value, i) => Math.abs(value - (y[i] ?? NaN)) < 0.05),
  'the product in half is near to the exact one',
);
same(storageOf(toStorage(exact, 'bfloat16')), 'bfloat16', 'toStorage');

const undo = setDefaultPolicy('mixed_float16');
const w = tf.variable(tf.randomNormal([64, 32], 0, 0.1, 'float32', 4));
const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.relu(tf.matMul(a, w as unknown as tf.Tensor2D)))), [w]);
ensure(Number.isFinite((await value.data())[0]), 'the loss is a number');
same(Object.keys(grads), [w.name], 'gradients');
undo();
const { physicalBytes } = handle.memory();
ensure(physicalBytes > 0, 'bytes are counted');
const codec = handle.capabilities.codecs.float16;
handle.dispose();
const again = await registerWebGPU({ codec: 'packed-f16' });
same(again.capabilities.codecs.float16, 'packed-f16', 'packed halves');
again.dispose();
console.log(`${handle.capabilities.adapter.description}, ${codec}, ${physicalBytes} bytes`);
process.exit(0); // Dawn keeps a thread
