import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { disposeTapeOnError, mixedPrecisionOptimizer } from '../../src/index.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));
afterEach(() => tf.disposeVariables());

/** Keeps what its square root needs backwards, and then breaks off. */
const broken = (weight: tf.Variable) => (): tf.Scalar => {
  tf.sqrt(tf.square(weight));
  throw new Error('no room');
};

it('a forward pass that breaks off leaves no tensors behind, which it does by itself', () => {
  const weight = tf.variable(tf.ones([4]));
  const sgd = tf.train.sgd(0.1);
  const before = tf.memory().numTensors;
  expect(() => disposeTapeOnError(() => sgd.minimize(broken(weight)))).toThrow('no room');
  expect(tf.memory().numTensors).toBe(before);
  expect(() => sgd.minimize(broken(weight))).toThrow('no room');
  expect(tf.memory().numTensors).toBeGreaterThan(before);
});

it('the wrapped optimizer does it, and the next step is a step like any other', async () => {
  const weight = tf.variable(tf.ones([4]));
  const optimizer = mixedPrecisionOptimizer(tf.train.sgd(0.5), { policy: 'float32' });
  optimizer.minimize(() => tf.sum(weight), false, [weight]);
  const before = tf.memory().numTensors;
  expect(() => optimizer.minimize(broken(weight), false, [weight])).toThrow('no room');
  expect(tf.memory().numTensors).toBe(before);
  optimizer.minimize(() => tf.sum(weight), false, [weight]);
  expect([...(await weight.data())]).toEqual([0, 0, 0, 0]);
  optimizer.dispose();
});

it('a scope of gradients around it keeps its own tape', () => {
  const [x, weight] = [tf.scalar(3), tf.variable(tf.ones([4]))];
  const slope = tf.tidy(() =>
    tf
      .grad((at) => {
        const y = tf.square(at);
        expect(() => disposeTapeOnError(() => tf.variableGrads(broken(weight)))).toThrow('no room');
        return y;
      })(x)
      .arraySync(),
  );
  expect(slope).toBe(6);
  tf.dispose(x);
});
