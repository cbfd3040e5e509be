import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamicLossScale } from '@halftone/loss-scale';
import { mixedPrecisionOptimizer, restoreSnapshot, snapshot } from '../../src/index.ts';
import { variableBits } from '../optimizers.ts';

describe('a snapshot on the host', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
  });
  afterEach(() => {
    tf.disposeVariables();
  });

  it('brings back weights and slots bit for bit, so that training goes on exactly', async () => {
    const weight = tf.variable(
      tf.tensor2d([
        [1, -0],
        [NaN, 3],
      ]),
      true,
      'weight',
    );
    const mask = tf.variable(tf.tensor1d([true, false], 'bool'), false, 'mask');
    const count = tf.variable(tf.scalar(7, 'int32'), false, 'count');
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.1), { lossScale: dynamicLossScale() });
    const step = (): void =>
      void optimizer.minimize(() => tf.sum(tf.square(tf.slice(weight, [0, 0], [1, 2]))) as tf.Scalar, false, [weight]);
    step();
    const all = Object.values(tf.engine().registeredVariables);
    const saved = await snapshot(all);
    const before = variableBits();
    step();
    mask.assign(tf.tensor1d([false, false], 'bool'));
    count.assign(tf.scalar(8, 'int32'));
    restoreSnapshot([...all].reverse(), saved);
    expect(variableBits()).toStrictEqual(before);
    optimizer.dispose();
  });

  it('holds the values of one moment although steps run while it waits', async () => {
    const weight = tf.variable(tf.scalar(1));
    const pending = snapshot([weight]);
    weight.assign(tf.scalar(2));
    expect([...(await pending)[0]!.values]).toStrictEqual([1]);
  });

  it('restores on another backend', async () => {
    const weight = tf.variable(tf.tensor1d([1, 2]), true, 'w');
    const saved = await snapshot([weight]);
    await tf.setBackend('wasm');
    const other = tf.variable(tf.zeros([2]), true, 'w2');
    restoreSnapshot(
      [other],
      saved.map((entry) => ({ ...entry, name: 'w2' })),
    );
    expect([...other.dataSync()]).toStrictEqual([1, 2]);
  });

  it('leaks nothing', async () => {
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const tensors = tf.memory().numTensors;
    restoreSnapshot([weight], await snapshot([weight]));
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('refuses what does not fit before it changes anything', async () => {
    const weight = tf.variable(tf.tensor1d([1, 2]), true, 'w');
    const other = tf.variable(tf.tensor1d([5]), true, 'other');
    const text = tf.variable(tf.scalar('a', 'string'), false, 'text');
    const saved = await snapshot([weight]);
    weight.assign(tf.tensor1d([3, 4]));
    expect(() => restoreSnapshot([weight, other], saved)).toThrow(/got 'other', which is not.*same variables/);
    expect(() => restoreSnapshot([other], [{ ...saved[0]!, name: 'other' }])).toThrow(/float32 \[2\].*got float32 \[1\].*same model/);
    expect([...weight.dataSync()]).toStrictEqual([3, 4]);
    await expect(snapshot([text])).rejects.toThrow(/got string in 'text'/);
  });
});
