import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storageOf } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { requireOrSkip } from '@halftone/testing';
import { freezeLayers, mixedPrecision, unfreezeLayers } from '../../src/index.ts';
import { accuracyOf, cellModel, cells, learn } from '../cell-model.ts';

const shared = await requireOrSkip('shared');

describe.skipIf(!shared.available)('the last blocks of MobileNetV2', () => {
  let handle: EmulatedHandle;
  beforeAll(async () => {
    handle = await useEmulated({ base: 'wasm' });
  });
  afterAll(() => handle?.dispose());

  it('are trained too in a second round, with their masters back, and know as much as in float32', async () => {
    const [train, heldOut] = [cells('train', 32), cells('held-out', 80)];
    const accuracies: number[] = [];
    for (const policy of ['float32', 'mixed_float16']) {
      const { base, model } = await cellModel();
      const kernel = (name: string): Tensor => base.getLayer(name).getWeights()[0] as Tensor;
      freezeLayers(base);
      mixedPrecision(model, policy);
      const [first] = await learn(model, { ...train, epochs: 2, rate: 0.01 });
      const frozenStorage = policy === 'float32' ? 'float32' : 'float16';
      expect(storageOf(kernel('block_16_expand'))).toBe(frozenStorage);
      const before = kernel('block_16_expand').dataSync().slice();

      unfreezeLayers(base, 'block_16_*');
      unfreezeLayers(base, 'Conv_1*');
      freezeLayers(base, { className: 'BatchNormalization' });
      const losses = await learn(model, { ...train, epochs: 2, rate: 1e-4 });
      for (const name of ['block_16_expand', 'block_16_project', 'Conv_1']) {
        expect(kernel(name), name).toBeInstanceOf(tf.Variable);
        expect(storageOf(kernel(name)), name).toBe('float32');
      }
      expect(kernel('block_16_expand').dataSync()).not.toEqual(before);
      expect(storageOf(kernel('block_15_expand')), 'what is still frozen').toBe(frozenStorage);
      expect(losses.at(-1)).toBeLessThan(0.6 * (first as number));
      accuracies.push(await accuracyOf(model, heldOut));
      model.dispose();
    }
    const [plain, mixed] = accuracies as [number, number];
    process.stderr.write(`[models] last blocks too: ${plain} in float32, ${mixed} in mixed_float16\n`);
    expect(plain).toBeGreaterThan(0.85);
    expect(mixed).toBeGreaterThanOrEqual(plain - 0.02);
  }, 300_000);
});
