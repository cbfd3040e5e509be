import type * as TensorFlow from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { wave } from '../plugin-suite/checks.ts';
import type { Rig } from './rig.ts';

const EXAMPLES = 32;
const FEATURES = 64;

/** Layers models whose optimizer is wrapped. */
export function describeFit({ tf, wrap, dynamic, model: create, bits, discard }: Rig): void {
  /** Rows that rise or fall; every third one falls. */
  function data(): { readonly x: TensorFlow.Tensor; readonly y: TensorFlow.Tensor } {
    const rows = wave(EXAMPLES * FEATURES, 61).map((noise, at) => {
      const ramp = ((at % FEATURES) * 2) / (FEATURES - 1) - 1;
      return noise * 0.2 + ramp * (Math.floor(at / FEATURES) % 3 === 0 ? -1 : 1);
    });
    const labels = Float32Array.from({ length: EXAMPLES * 2 }, (_, at) => ((Math.floor(at / 2) % 3 === 0) === (at % 2 === 0) ? 1 : 0));
    return { x: tf.tensor2d(rows, [EXAMPLES, FEATURES]), y: tf.tensor2d(labels, [EXAMPLES, 2]) };
  }

  describe('a layers model', () => {
    it('trains in fit with a wrapped optimizer and nothing else changed', async () => {
      const { x, y } = data();
      const optimizer = wrap(tf.train.adam(0.02), { lossScale: dynamic({ growthInterval: 3 }) });
      const model = create(optimizer);
      const { history } = await model.fit(x, y, { epochs: 8, batchSize: EXAMPLES, shuffle: false, verbose: 0 });
      const losses = history['loss'] as number[];
      expect(losses.every(Number.isFinite)).toBe(true);
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
      expect(await optimizer.lastStep()).toMatchObject({ step: 8, applied: true, scale: 4096, goodSteps: 2 });
      expect(optimizer.iterations).toBe(8);
      model.dispose();
      discard(optimizer);
      tf.dispose([x, y]);
    });

    it('keeps weights, slots and the statistics of batch norm bit for bit when a batch overflows; the scale halves, training recovers', async () => {
      const { x, y } = data();
      const optimizer = wrap(tf.train.adam(0.02), { lossScale: dynamic({ growthInterval: 3 }) });
      const model = create(optimizer);
      await model.trainOnBatch(x, y);
      const before = await bits();
      expect(Object.keys(before).length).toBeGreaterThan(6 + 2 + 8);
      const poisoned = tf.tidy(() => tf.mul(y, NaN));
      await model.trainOnBatch(x, poisoned);
      expect(await bits()).toStrictEqual(before);
      expect(await optimizer.lastStep()).toMatchObject({ applied: false, scale: 512, skipped: 1 });
      const loss = (await model.trainOnBatch(x, y)) as number;
      for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
      expect(await model.trainOnBatch(x, y)).toBeLessThan(loss);
      expect((await optimizer.lossScaleState()).scale).toBe(1024);
      model.dispose();
      discard(optimizer);
      tf.dispose([x, y, poisoned]);
    });
  });
}
