import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // brings the gradients of the ops
import { gradScaler, mixedPrecisionOptimizer } from '@halftone/optimizer';
import { dynamicLossScale } from '@halftone/loss-scale';
import { ensure, refusal, same } from '../ensure.ts';
import { openBackend } from './open-backend.ts';

/** A regression with one hidden layer; the same numbers on every backend. */
function problem(): { readonly loss: () => tf.Scalar; readonly variables: tf.Variable[]; readonly first: tf.Variable } {
  const wave = (n: number, m: number, k: number): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: n * m }, (_, i) => Math.sin(i * k)),
      [n, m],
    );
  const x = wave(64, 8, 0.7);
  const y = tf.tidy(() => tf.tanh(tf.matMul(x, wave(8, 1, 1.3))));
  const first = tf.variable(wave(8, 16, 2.1), true);
  const variables = [first, tf.variable(wave(16, 1, 0.9), true)];
  const loss = (): tf.Scalar =>
    tf.mean(tf.squaredDifference(tf.matMul(tf.relu(tf.matMul(x, first)), variables[1] as tf.Tensor2D), y)) as tf.Scalar;
  return { loss, variables, first };
}

async function numberOf(tensor: tf.Tensor): Promise<number> {
  const [value = NaN] = await tensor.data();
  tensor.dispose();
  return value;
}

const floats = async (variable: tf.Variable): Promise<Float32Array> => (await variable.data<'float32'>()).slice();

async function trainWith(optimizer: tf.Optimizer, steps: number): Promise<{ losses: number[]; weights: Float32Array }> {
  const { loss, variables, first } = problem();
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const value = optimizer.minimize(loss, true, variables);
    if (value) losses.push(await numberOf(value));
  }
  return { losses, weights: await floats(first) };
}

const backend = process.argv[2] ?? 'cpu';
const dispose = await openBackend(backend);
same(tf.getBackend(), backend === 'halftone-node' ? 'tensorflow' : backend, 'backend'); // tfjs-node keeps its name

const plain = await trainWith(tf.train.adam(0.01), 30);
const wrapped = mixedPrecisionOptimizer(tf.train.adam(0.01), { lossScale: dynamicLossScale() });
const scaled = await trainWith(wrapped, 30);
const [start = NaN, end = NaN] = [scaled.losses[0], scaled.losses.at(-1)];
ensure(end < start / 4, `the loss falls, ${start} → ${end}`);
scaled.losses.forEach((loss, i) =>
  ensure(Math.abs(loss - (plain.losses[i] ?? NaN)) <= 1e-4 * start, `step ${i}: ${loss} as without scaling, ${plain.losses[i]}`),
);
same((await wrapped.lastStep()).applied, true, 'the last step was applied');
same((await wrapped.lossScaleState()).applied, 30, 'applied steps');

const { loss, variables, first } = problem();
const overflowing = mixedPrecisionOptimizer(tf.train.adam(0.01), {
  lossScale: dynamicLossScale({ initialScale: 2 ** 127, maxScale: 2 ** 127, backoffFactor: 2 ** -60 }),
});
const before = await floats(first);
overflowing.minimize(() => tf.mul(loss(), 1e4), false, variables);
same(await floats(first), before, 'weights after an overflow, bit for bit');
const report = await overflowing.lastStep();
same([report.applied, report.foundNonFinite, report.scale], [false, true, 2 ** 67], 'the report of a skipped step');
overflowing.minimize(() => tf.mul(loss(), 1e4), false, variables);
same((await overflowing.lastStep()).applied, true, 'it recovers');

const scaler = gradScaler();
const own = problem();
const sgd = tf.train.sgd(0.05);
const first10: number[] = [];
for (let i = 0; i < 10; i++) {
  const { value, grads } = scaler.variableGrads(own.loss, own.variables);
  scaler.apply(sgd, grads, { clipNorm: 5 });
  first10.push(await numberOf(value));
}
ensure((first10[9] ?? NaN) < (first10[0] ?? NaN) / 2, `gradScaler trains, ${first10[0]} → ${first10[9]}`);
const order = await refusal(() => scaler.update(), 'update without step');
ensure(order.startsWith('['), order);
const twice = await refusal(() => mixedPrecisionOptimizer(wrapped), 'wrapping twice');
ensure(twice.startsWith('[optimizer]'), twice);
console.log(
  `loss ${start.toFixed(3)} → ${end.toFixed(3)}, an overflow is skipped, gradScaler ${first10[0]?.toFixed(3)} → ${first10[9]?.toFixed(3)}`,
);
dispose();
