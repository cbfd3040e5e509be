import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import { autocast, fullPrecision, storageOf, toStorage } from '@halftone/autocast';
import type { NodeHandle } from '../../src/index.ts';
import { useNode } from '../../src/index.ts';

const SHAPE: [number, number, number, number] = [4, 6, 6, 16];
const EPSILON = 1e-3;
let handle: NodeHandle;
beforeAll(async () => {
  handle = await useNode();
});
afterAll(() => handle?.dispose());

const wave = (length: number, step: number): Float32Array => Float32Array.from({ length }, (_, i) => (((i * step) % 129) - 64) / 32);
const inputs = (): { x: tf.Tensor4D; others: tf.Tensor1D[]; dy: tf.Tensor4D } => ({
  x: tf.tensor4d(wave(4 * 36 * 16, 7), SHAPE),
  others: [
    tf.tensor1d(wave(16, 5)),
    tf.tensor1d(wave(16, 3).map((v) => Math.abs(v) + 0.5)),
    tf.tensor1d(wave(16, 11)),
    tf.tensor1d(wave(16, 13)),
  ],
  dy: tf.tensor4d(wave(4 * 36 * 16, 17), SHAPE),
});
const norm = (x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, offset: tf.Tensor, scale: tf.Tensor): tf.Tensor =>
  tf.batchNorm(x as tf.Tensor4D, mean as tf.Tensor1D, variance as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, EPSILON);

describe('batch norm of a half input', () => {
  it('runs as one op in half with float32 statistics, and gives what float32 gives, rounded once', async () => {
    const { x, others } = inputs();
    handle.resetStatistics();
    const [mine, reference] = tf.tidy(() => {
      const [mean, variance, offset, scale] = others as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const half = toStorage(x, 'float16');
      const kept = autocast('mixed_float16', () => {
        const y = norm(half, mean, variance, offset, scale);
        expect(storageOf(y)).toBe('float16');
        return y;
      });
      return [
        kept,
        toStorage(
          fullPrecision(() => norm(x, mean, variance, offset, scale)),
          'float16',
        ),
      ];
    }) as [tf.Tensor, tf.Tensor];
    expect(handle.statistics().ops['FusedBatchNormV3']).toMatchObject({ runs: 1, halfRuns: 1, halfInputs: 1, floatInputs: 5 });
    expect(await mine.data<'float32'>()).toBeWithinUlps(await reference.data<'float32'>(), 1, 'float16');
  });

  it('has the gradients of float32, within the digits of the format, from one op', async () => {
    const { x, others, dy } = inputs();
    const gradients = (half: boolean): tf.Tensor[] => {
      const f = (...all: tf.Tensor[]): tf.Tensor => norm(...(all as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]));
      const run = (): tf.Tensor[] => tf.grads(f)([half ? toStorage(x, 'float16') : x, ...others], dy);
      return half ? autocast('mixed_float16', run) : fullPrecision(run);
    };
    handle.resetStatistics();
    const mine = gradients(true);
    expect(handle.statistics().ops['FusedBatchNormGradV3']).toMatchObject({ runs: 1, halfRuns: 1, halfInputs: 2, floatInputs: 6 });
    const reference = gradients(false);
    for (const [i, gradient] of mine.entries()) {
      expect(gradient.shape).toEqual(reference[i]?.shape);
      expect(await gradient.data<'float32'>()).toBeCloseInFormat(await (reference[i] as tf.Tensor).data<'float32'>(), 'float16', {
        terms: 16,
      });
    }
  });

  it('leaves float32 inputs to the stock kernel and gradient', () => {
    const { x, others, dy } = inputs();
    handle.resetStatistics();
    tf.tidy(() => tf.grads((...all) => norm(...(all as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor])))([x, ...others], dy));
    expect(Object.keys(handle.statistics().ops)).not.toContain('FusedBatchNormGradV3');
    expect(handle.statistics().ops['FusedBatchNorm']?.runs).toBe(1);
  });
});
