import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // brings the gradients of the ops
import { autocast, storageOf } from '@halftone/autocast';
import { useNode } from '@halftone/node';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { ensure, refusal, same } from '../ensure.ts';

same(tf.engine().backendNames(), [], 'importing registered no backend');
const handle = await useNode();
same(tf.getBackend(), 'tensorflow', 'backend');
ensure(
  (await refusal(() => useNode(), 'a second useNode()')).startsWith('[node] the plug-in is already registered'),
  'the refusal says so',
);

const a = tf.randomNormal([64, 64], 0, 1, 'float32', 3);
const { half, inside } = autocast('mixed_float16', () => {
  const product = tf.matMul(a, a);
  return { half: product, inside: storageOf(product) };
});
same([inside, storageOf(half), half.dtype], ['float16', 'float32', 'float32'], 'under a policy whose output is float32');
const [x, y] = [await tf.matMul(a, a).data(), await half.data()];
ensure(
  x.every((value, i) => Math.abs(value - (y[i] ?? NaN)) < 0.05),
  'the product in half is near to the exact one',
);

const w = tf.variable(tf.randomNormal([64, 32], 0, 0.1, 'float32', 4));
const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.01), { policy: 'mixed_float16' });
const losses: number[] = [];
for (let i = 0; i < 20; i++) {
  const loss = optimizer.minimize(() => tf.mean(tf.square(tf.sub(tf.matMul(a, w as unknown as tf.Tensor2D), 1))) as tf.Scalar, true, [w]);
  losses.push((await loss?.data())?.[0] ?? NaN);
  loss?.dispose();
}
ensure((losses.at(-1) ?? NaN) < (losses[0] ?? NaN), 'the loss falls');
same(storageOf(w), 'float32', 'the weight');
const { runs = 0, halfRuns = 0 } = handle.statistics().ops['BatchMatMulV2'] ?? {};
ensure(halfRuns > 0, 'products ran in half');
const { version, device } = handle.capabilities;
handle.dispose();
console.log(
  `TensorFlow ${version} on ${device}: ${halfRuns} of ${runs} products in half, loss ${losses[0]?.toFixed(3)} → ${losses.at(-1)?.toFixed(3)}`,
);
