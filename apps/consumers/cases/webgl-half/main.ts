import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // brings the gradients of the ops
import '@tensorflow/tfjs-backend-webgl';
import { dynamicLossScale } from '@halftone/loss-scale';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { ensure, same } from '../ensure.ts';

/** Targets so small that the gradient of a mean over 4096 rows is below the smallest half, 2^-24. */
const ROWS = 4096;
const TARGET = 4e-5;

tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);
same(await tf.setBackend('webgl'), true, 'webgl');
await tf.ready();
const [kept = NaN] = await tf.mul(tf.fill([64, 64], 1e-8), tf.scalar(1)).data();
same(kept, 0, 'what becomes of 1e-8 in a 16-bit texture');

const wave = (n: number, m: number, k: number, size: number): Float32Array =>
  Float32Array.from({ length: n * m }, (_, i) => size * Math.sin(i * k));
const x = tf.tensor2d(wave(ROWS, 4, 0.7, 1), [ROWS, 4]);
const targets = Float32Array.from({ length: ROWS }, (_, i) => TARGET * Math.tanh(Math.sin(4 * i * 0.7) - Math.sin((4 * i + 2) * 0.7)));
const y = tf.tensor2d(targets, [ROWS, 1]);

interface Outcome {
  readonly gradient: number;
  readonly before: number;
  readonly after: number;
}

/** Trains a net with one hidden layer; the error is counted on the host, where it does not vanish. */
async function train(makeOptimizer: (sgd: tf.Optimizer) => tf.Optimizer): Promise<Outcome> {
  const first = tf.variable(tf.tensor2d(wave(4, 8, 2.1, 0.5), [4, 8]));
  const second = tf.variable(tf.zeros([8, 1]) as tf.Tensor2D);
  const predict = (): tf.Tensor2D => tf.matMul<tf.Tensor2D>(tf.tanh(tf.matMul(x, first)), second);
  const loss = (): tf.Scalar => tf.mean<tf.Scalar>(tf.square(tf.sub(predict(), y)));
  const error = async (): Promise<number> => {
    const values = await tf.tidy(predict).data();
    const sum = (f: (i: number) => number): number => targets.reduce((total, _, i) => total + f(i) ** 2, 0);
    return Math.sqrt(sum((i) => (values[i] ?? NaN) - (targets[i] ?? NaN)) / sum((i) => targets[i] ?? NaN));
  };
  const optimizer = makeOptimizer(tf.train.sgd(0.4));
  const before = await error();
  const { grads } = optimizer.computeGradients(loss, [first, second] as tf.Variable[]);
  const gradient = Math.max(
    ...(await Promise.all(Object.values(grads).map(async (grad) => (await tf.max(tf.abs(grad)).data())[0] ?? NaN))),
  );
  for (let i = 0; i < 60; i++) optimizer.minimize(loss, false, [first, second] as tf.Variable[]);
  return { gradient, before, after: await error() };
}

const plain = await train((sgd) => sgd);
same([plain.gradient, plain.after], [0, plain.before], 'without scaling every gradient is 0 and nothing is learnt');
let scale = 0;
const scaled = await train((sgd) => {
  const wrapper = mixedPrecisionOptimizer(sgd, {
    lossScale: dynamicLossScale(),
    statusEvery: 10,
    onStep: (report) => (scale = report.scale),
  });
  return wrapper;
});
ensure(scaled.gradient > 0, 'with scaling there is a gradient');
ensure(scaled.after < 0.5 * scaled.before, `with scaling the net learns: relative error ${scaled.before} → ${scaled.after}`);
console.log(
  `16-bit textures, 60 steps of SGD: without scaling gradients 0, error ${plain.before.toFixed(3)} → ${plain.after.toFixed(3)}; ` +
    `with scaling (${scale}) gradients up to ${scaled.gradient.toExponential(1)}, error ${scaled.before.toFixed(3)} → ${scaled.after.toFixed(3)}`,
);
