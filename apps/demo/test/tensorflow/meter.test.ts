import { autocast, type Storage, toStorage } from '@halftone/autocast';
import type { NodeHandle } from '@halftone/node';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { staticLossScale } from '@halftone/loss-scale';
import { requireOrSkip } from '@halftone/testing';
import { installTensorflowMeter, type TensorflowMeter } from '@halftone/testing/meter';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const { available } = await requireOrSkip('tensorflow');
const PRODUCTS = ['BatchMatMulV2', 'Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput'];

describe.skipIf(!available)('the meter of TensorFlow, below the plug-in', () => {
  let meter: TensorflowMeter;
  let handle: NodeHandle;
  let filter: tf.Variable;
  let dense: tf.Variable;
  let x: tf.Tensor;

  beforeAll(async () => {
    await import('@tensorflow/tfjs-node');
    await tf.setBackend('tensorflow');
    meter = installTensorflowMeter(tf.backend());
    const { useNode } = await import('@halftone/node');
    handle = await useNode({ package: '@tensorflow/tfjs-node' });
    filter = tf.variable(tf.randomNormal([3, 3, 4, 16], 0, 0.1, 'float32', 1));
    dense = tf.variable(tf.randomNormal([16 * 6 * 6, 10], 0, 0.1, 'float32', 2));
    x = tf.randomNormal([8, 8, 8, 4], 0, 1, 'float32', 3);
  });
  afterAll(() => {
    handle.dispose();
    meter.uninstall();
    tf.dispose([filter, dense, x]);
  });

  const loss = (): tf.Scalar =>
    tf.tidy(() => {
      const features = tf.relu(tf.conv2d(x as tf.Tensor4D, filter as unknown as tf.Tensor4D, 1, 'valid'));
      return tf.mean(tf.square(tf.matMul(tf.reshape(features, [8, -1]), dense as unknown as tf.Tensor2D))) as tf.Scalar;
    });
  const stepWith = (policy: string): (() => Promise<number>) => {
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(1e-3), { policy, lossScale: staticLossScale(1024) });
    return async () => {
      const value = optimizer.minimize(() => autocast(policy, loss), true, [filter, dense]);
      const [number = Number.NaN] = (await value?.data()) ?? [];
      value?.dispose();
      return number;
    };
  };

  test.each(['mixed_float16', 'mixed_bfloat16'])(
    'counts the casts, the products and the bytes of a step of %s as the plug-in does',
    async (policy) => {
      const step = stepWith(policy);
      await step();
      handle.resetStatistics();
      handle.resetPeak();
      meter.watch([filter, dense]);
      const { report } = await meter.measure(step);
      const { ops, castsOfLastStep } = handle.statistics();
      expect(report.castsDown).toBe(castsOfLastStep.down);
      expect(report.castsUp).toBeGreaterThanOrEqual(castsOfLastStep.up); // the optimizer widens gradients in its own list of ops
      expect(castsOfLastStep.reused).toBeGreaterThan(0);
      const counted = PRODUCTS.filter((name) => ops[name] !== undefined);
      for (const op of counted)
        expect(report.byOp[op]).toEqual({ runs: ops[op]?.runs, floatInputs: ops[op]?.floatInputs, halfInputs: ops[op]?.halfInputs });
      const sum = (key: 'floatInputs' | 'halfInputs'): number => counted.reduce((total, op) => total + (report.byOp[op]?.[key] ?? 0), 0);
      expect(sum('floatInputs')).toBeGreaterThanOrEqual(8);
      expect(sum('halfInputs')).toBeGreaterThanOrEqual(policy === 'mixed_float16' ? sum('floatInputs') / 2 : 1); // what sums in bfloat16 is left in float32
      expect(report.castsOfWatched).toBeLessThanOrEqual(2); // once each, though both passes read them
      expect(report.castsOfWatched).toBeGreaterThanOrEqual(policy === 'mixed_float16' ? 2 : 1);
      expect(handle.memory().peakBytes).toBe(report.bytesPeak);
      expect(handle.memory().bytes).toBe(report.bytesLiveEnd);
    },
  );

  test('reads the types of handles from TensorFlow, where tfjs says float32', () => {
    const storages: readonly Storage[] = ['float32', 'float16', 'bfloat16'];
    const stored = storages.map((storage) => toStorage(x, storage));
    expect(stored.map(({ dtype }) => dtype)).toEqual(['float32', 'float32', 'float32']);
    expect(meter.dataTypes(stored)).toEqual(storages);
    expect(meter.dataTypes([filter, tf.scalar(1, 'int32')])).toEqual(['float32', '3']);
    tf.dispose(stored);
  });

  test('sees that mixed losses are not those of float32', async () => {
    const [float32, half] = [await stepWith('float32')(), await stepWith('mixed_bfloat16')()];
    expect(half).not.toBe(float32);
    expect(half / float32).toBeCloseTo(1, 1);
  });

  test('is refused above a plug-in, and by another backend', async () => {
    expect(() => installTensorflowMeter(tf.backend())).toThrow('Install the meter before registerNode()');
    await import('@tensorflow/tfjs-backend-cpu');
    const cpu = tf.findBackend('cpu');
    expect(() => installTensorflowMeter(cpu)).toThrow('must be that of tfjs-node, got MathBackendCPU');
  });
});
