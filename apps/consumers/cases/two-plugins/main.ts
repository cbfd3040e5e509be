import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // brings the gradients of the ops
import { autocast, setDefaultPolicy, storageOf } from '@halftone/autocast';
import { registerEmulated } from '@halftone/emulate';
import { dynamicLossScale } from '@halftone/loss-scale';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { registerWebGPU } from '@halftone/webgpu';
import { ensure, same } from '../ensure.ts';

const [gpu, emulated] = [await registerWebGPU(), await registerEmulated({ base: 'wasm' })];

async function losses(backendName: string): Promise<number[]> {
  await tf.setBackend(backendName);
  const wave = (n: number, m: number, k: number): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: n * m }, (_, i) => Math.sin(i * k)),
      [n, m],
    );
  const x = wave(64, 32, 0.7);
  const y = wave(64, 16, 0.3);
  const w = tf.variable(wave(32, 16, 1.1));
  const inside = autocast('mixed_float16', () => storageOf(tf.matMul(x, w as unknown as tf.Tensor2D)));
  same(inside, 'float16', `storage on ${backendName}`);
  const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.02), {
    policy: 'mixed_float16',
    lossScale: dynamicLossScale({ initialScale: 1024 }),
  });
  const found: number[] = [];
  for (let i = 0; i < 8; i++) {
    const loss = optimizer.minimize(() => tf.mean(tf.squaredDifference(tf.matMul(x, w as unknown as tf.Tensor2D), y)) as tf.Scalar, true, [
      w,
    ]);
    if (loss) found.push((await loss.data())[0] ?? NaN);
  }
  optimizer.dispose();
  return found;
}

const onGpu = await losses(gpu.backendName);
const onEmulate = await losses(emulated.backendName);
const onGpuAgain = await losses(gpu.backendName);
same(onGpuAgain, onGpu, 'the same numbers after switching there and back');
onGpu.forEach((loss, i) =>
  ensure(Math.abs(loss - (onEmulate[i] ?? NaN)) < 0.01 * loss, `step ${i}: ${loss} on the GPU, ${onEmulate[i]} emulated`),
);

await tf.setBackend(gpu.backendName);
const moved = autocast('param=float32,compute=float16,output=float16', () => tf.matMul(tf.ones([32, 32]), tf.ones([32, 32])));
same(storageOf(moved), 'float16', 'a half result leaves the scope');
await moved.data();
await tf.setBackend(emulated.backendName);
same((await tf.mul(moved, 2).data())[0], 64, 'a half tensor moves between plug-ins by its values');
setDefaultPolicy('mixed_float16')();
gpu.dispose();
emulated.dispose();
console.log(`${onGpu.length} losses within 1 %: ${onGpu[0]?.toFixed(4)} → ${onGpu.at(-1)?.toFixed(4)} and ${onEmulate.at(-1)?.toFixed(4)}`);
process.exit(0); // Dawn keeps a thread
