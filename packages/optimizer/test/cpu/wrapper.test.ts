import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamicLossScale, noLossScale, staticLossScale } from '@halftone/loss-scale';
import { mixedPrecisionOptimizer } from '../../src/index.ts';
import { OPTIMIZERS, variableBits } from '../optimizers.ts';

const SHAPES = [[3, 4], [4], [4, 2]] as const;

/** Three variables with fixed values and a loss over a batch that changes with the step. */
function problem(): { variables: tf.Variable[]; loss: (step: number) => tf.Scalar } {
  const variables = SHAPES.map((shape, index) =>
    tf.tidy(() => tf.variable(tf.randomUniform([...shape], -1, 1, 'float32', 10 + index), true, `w${index}`)),
  );
  const [w0, w1, w2] = variables as [tf.Variable, tf.Variable, tf.Variable];
  const loss = (step: number): tf.Scalar =>
    tf.tidy(() => {
      const x = tf.randomUniform([5, 3], -1, 1, 'float32', 100 + step);
      const hidden = tf.tanh(tf.add(tf.matMul(x, w0 as tf.Tensor2D), w1));
      return tf.mean(tf.square(tf.matMul(hidden as tf.Tensor2D, w2 as tf.Tensor2D))) as tf.Scalar;
    });
  return { variables, loss };
}

/** Trains for some steps and returns the bits of all variables after each, optimizer slots included. */
function train(make: () => tf.Optimizer, { steps }: { readonly steps: number }): Uint32Array[][] {
  const { variables, loss } = problem();
  const optimizer = make();
  const trace: Uint32Array[][] = [];
  for (let step = 0; step < steps; step++) {
    const value = optimizer.minimize(() => loss(step), true, variables)!;
    trace.push([...Object.values(variableBits()), new Uint32Array(Float32Array.from(value.dataSync()).buffer)]);
    value.dispose();
  }
  optimizer.dispose();
  tf.dispose(variables);
  return trace;
}

describe.each(['cpu', 'wasm'])('mixedPrecisionOptimizer on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });
  afterEach(() => {
    tf.disposeVariables();
  });

  describe.each(Object.entries(OPTIMIZERS))('around %s', (_name, make) => {
    it('without a scale gives the bits of the bare optimizer over 20 steps', () => {
      const bare = train(make, { steps: 20 });
      expect(train(() => mixedPrecisionOptimizer(make(), { policy: 'float32' }), { steps: 20 })).toStrictEqual(bare);
      expect(train(() => mixedPrecisionOptimizer(make(), { lossScale: noLossScale() }), { steps: 20 })).toStrictEqual(bare);
    });

    it('with a power of two as scale gives the bits of the bare optimizer over 20 steps', () => {
      const bare = train(make, { steps: 20 });
      for (const lossScale of [staticLossScale(1), staticLossScale(2 ** 12), dynamicLossScale({ growthInterval: 3 })]) {
        expect(train(() => mixedPrecisionOptimizer(make(), { lossScale }), { steps: 20 })).toStrictEqual(bare);
      }
    });
  });
});

describe('models on several backends', () => {
  it('a step leaves the variables of another backend where they are', async () => {
    const backendOf = (variable: tf.Variable): unknown => tf.engine().state.tensorInfo.get(variable.dataId)?.backend;
    await tf.setBackend('cpu');
    const elsewhere = tf.variable(tf.tensor1d([1, 2, 3]));
    const home = backendOf(elsewhere);
    const references = tf.backend().refCount(elsewhere.dataId);
    await tf.setBackend('wasm');
    const weight = tf.variable(tf.scalar(3));
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(0.25), { lossScale: dynamicLossScale() });
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) optimizer.minimize(() => tf.square(weight), false, [weight]);
    expect(weight.dataSync()[0]).toBe(0.375);
    expect(backendOf(elsewhere)).toBe(home);
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(6); // the scale's own
    await tf.setBackend('cpu');
    expect(tf.backend().refCount(elsewhere.dataId)).toBe(references);
    expect([...elsewhere.dataSync()]).toEqual([1, 2, 3]);
    optimizer.dispose();
    tf.dispose([weight, elsewhere]);
  });
});
