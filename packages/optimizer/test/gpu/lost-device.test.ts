import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { autocast } from '@halftone/autocast';
import { useWebGPU } from '@halftone/webgpu';
import { mixedPrecisionOptimizer, restoreSnapshot, snapshot } from '../../src/index.ts';

it('a device lost in the middle of training is a clear error at the next step, and the snapshot goes on on a new device', async () => {
  const first = await useWebGPU();
  const make = (): tf.Variable => tf.tidy(() => tf.variable(tf.randomNormal([32, 32], 0, 0.1, 'float32', 1), true, 'weight'));
  const train = (optimizer: tf.Optimizer, w: tf.Variable): tf.Scalar | null =>
    optimizer.minimize(
      () => autocast('mixed_float16', () => tf.mean(tf.square(tf.matMul(tf.ones([32, 32]), w as unknown as tf.Tensor2D))) as tf.Scalar),
      true,
      [w],
    );

  const w = make();
  const optimizer = mixedPrecisionOptimizer(tf.train.sgd(0.5), { policy: 'mixed_float16' });
  for (let step = 0; step < 3; step++) train(optimizer, w)?.dispose();
  const saved = await snapshot([w]);

  const { device } = tf.backend() as unknown as { device: GPUDevice };
  device.destroy(); // what a driver reset does, without the driver
  await device.lost;
  expect(() => train(optimizer, w)).toThrow(/\[webgpu\] the GPU device was lost.*snapshot\(\)/s);
  expect(await w.data()).toEqual(saved[0]?.values); // the host keeps what it read
  first.dispose();

  const second = await useWebGPU();
  const again = tf.variable(tf.zeros([32, 32]), true, 'weight again');
  restoreSnapshot(
    [again],
    saved.map((entry) => ({ ...entry, name: again.name })),
  );
  expect(await again.data()).toEqual(saved[0]?.values);
  const next = mixedPrecisionOptimizer(tf.train.sgd(0.5), { policy: 'mixed_float16' });
  const cost = train(next, again);
  expect(Number.isFinite((await cost?.data())?.[0])).toBe(true);
  second.dispose();
});
